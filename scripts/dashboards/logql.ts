/** Loki: dots of attribute names are underscores there, and the name of an event is an attribute. */
import { type Condition, type EventQuery, replaceFields, type Show } from './event-query.ts';
import type { Store } from './store.ts';

export const loki: Store = {
  title: 'Loki',
  uid: 'loki',
  type: 'loki',
  target: (query) => ({
    expr: logql(query),
    queryType: query.total === true ? 'instant' : 'range',
    ...(query.legend === undefined
      ? {}
      : { legendFormat: replaceFields(query.legend, (field) => `{{${column(field)}}}`) }),
  }),
  services: { refId: 'names', type: 1, label: 'service_name', stream: '' },
  column,
  refused: 'sum by (reason) (loki_discarded_samples_total)',
  cut: {
    metric: 'otel_events_loki_cut_total',
    label: 'loki_cut',
    reasons: 'shorter than they are (entries, size, line) or at the time of their arrival (time)',
  },
};

/** @returns the query in Loki's language */
export function logql(query: EventQuery): string {
  const { show, total = false, orZero = false } = query;
  const selection = `{service_name="$service"} | event_name != ""${query.where.map((one) => ` ${filter(one)}`).join('')}`;
  const expr = showing(show, selection, total ? '$__range' : '$__auto');
  return orZero ? `${expr} or vector(0)` : expr;
}

function column(field: string): string {
  return field === 'severity' ? 'detected_level' : field.replaceAll('.', '_');
}

function filter(condition: Condition): string {
  if ('has' in condition) return `| ${column(condition.has)} != ""`;
  const name = column(condition.field);
  if ('is' in condition) return `| ${name}="${condition.is}"`;
  if ('begins' in condition) return `| ${name}=~"${condition.begins}.*"`;
  if ('matches' in condition) return `| ${name}=~"${condition.matches}"`;
  return `| ${name} >= ${condition.atLeast}`;
}

function showing(show: Show, selection: string, window: string): string {
  const count = (of: string): string => `count_over_time(${of} [${window}])`;
  const having = (field: string): string => `${selection} ${filter({ has: field })}`;
  const distinct = (field: string, of: string): string => `count(count by (${column(field)}) (${count(of)}))`;
  const numbers = (field: string): string =>
    `${having(field)} | unwrap ${column(field)} | __error__="" [${window}]`;
  switch (show.what) {
    case 'count':
      return largest(show.largest, sumBy(show.by, count(selection)));
    case 'distinct':
      return distinct(show.field, having(show.field));
    case 'countEach':
      return `sum(${count(having(show.field))}) / ${distinct(show.field, having(show.field))}`;
    case 'sum':
      return `sum(sum_over_time(${numbers(show.field)}))`;
    case 'mean':
      return `avg_over_time(${numbers(show.field)}) by (${column(show.by ?? '')})`;
    case 'quantile':
      return `quantile_over_time(${show.share}, ${numbers(show.field)}) by (${column(show.by)})`;
    case 'lines':
      return `${selection} | line_format "${replaceFields(show.text, (field) => `{{.${column(field)}}}`)}"`;
  }
}

function sumBy(by: readonly string[] = [], counted: string): string {
  return by.length === 0 ? `sum(${counted})` : `sum by (${by.map(column).join(', ')}) (${counted})`;
}

function largest(how: number | 'all' | undefined, counted: string): string {
  if (how === undefined) return counted;
  return how === 'all' ? `sort_desc(${counted})` : `topk(${how}, ${counted})`;
}
