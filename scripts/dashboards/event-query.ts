/**
 * Questions about events, without the language of the store that answers them. Fields are called as in OpenTelemetry,
 * with dots; `event.name` and `severity` are the event's own.
 */

/** What must hold for an event. */
export type Condition =
  | { readonly has: string }
  | { readonly field: string; readonly is: string }
  | { readonly field: string; readonly begins: string }
  | { readonly field: string; readonly matches: string }
  | { readonly field: string; readonly atLeast: number };

/** What is told of the events for which all conditions hold. */
export type Show =
  | {
      readonly what: 'count';
      readonly by?: readonly string[];
      /** Only the largest of them, or all of them: the largest first. */
      readonly largest?: number | 'all';
    }
  | { readonly what: 'distinct'; readonly field: string }
  /** Events for each value of a field. */
  | { readonly what: 'countEach'; readonly field: string }
  | { readonly what: 'sum'; readonly field: string }
  | { readonly what: 'mean'; readonly field: string; readonly by?: string }
  /** The value below which a share of the values lies. */
  | { readonly what: 'quantile'; readonly share: number; readonly field: string; readonly by: string }
  /** The events themselves; `{user.id}` in the text is a field. */
  | { readonly what: 'lines'; readonly text: string };

/** One query of a panel to the store of the events. */
export interface EventQuery {
  readonly from: 'events';
  readonly where: readonly Condition[];
  readonly show: Show;
  /** One value for the whole time range, instead of a series. */
  readonly total?: boolean;
  /** Zero instead of nothing: for numbers of which none is the good news. */
  readonly orZero?: boolean;
  /** `{user.id}` is a field. */
  readonly legend?: string;
}

/** The field has a value. */
export const has = (field: string): Condition => ({ has: field });

/** The event has this name. */
export const named = (name: string): Condition => ({ field: 'event.name', is: name });

/** A query for one value over the whole time range. */
export function total(where: readonly Condition[], show: Show, more: { orZero?: boolean } = {}): EventQuery {
  return { from: 'events', where, show, total: true, ...more };
}

/** A query for a series, or for several with a legend that tells them apart. */
export function series(where: readonly Condition[], show: Show, legend?: string): EventQuery {
  return { from: 'events', where, show, ...(legend === undefined ? {} : { legend }) };
}

/** How many there are, by the value of a field, which is the legend too. */
export function countBy(where: readonly Condition[], field: string): EventQuery {
  return series(where, { what: 'count', by: [field] }, `{${field}}`);
}

/** The events themselves, a line each. */
export function lines(where: readonly Condition[], text: string): EventQuery {
  return { from: 'events', where, show: { what: 'lines', text } };
}

/** Replaces each `{field}` of a text; `${…}` is Grafana's. */
export function replaceFields(text: string, replace: (field: string) => string): string {
  return text.replace(/(?<!\$)\{([^{}]+)\}/g, (_, field: string) => replace(field));
}
