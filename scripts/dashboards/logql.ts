/** LogQL over events, as they stand in Loki: dots of attribute names are underscores there. */

/** Everything of the chosen service that is an event; `filter` is more LogQL, such as `| user_id != ""`. */
export function events(filter = ''): string {
  return `{service_name="$service"} | event_name != "" ${filter}`.trim();
}

/** How many, in each step of a graph, or in the time range with `$__range`. */
export function count(selection: string, window = '$__auto'): string {
  return `count_over_time(${selection} [${window}])`;
}

/** The sum of {@link count}, by labels if there are any. */
export function sumOf(counted: string, ...by: readonly string[]): string {
  return by.length === 0 ? `sum(${counted})` : `sum by (${by.join(', ')}) (${counted})`;
}

/** How many different values a label has. */
export function distinct(label: string, selection: string, window = '$__range'): string {
  return `count(count by (${label}) (${count(`${selection} | ${label} != ""`, window)}))`;
}

/** A share of the values of a numeric attribute lies below. */
export function quantile(
  share: number,
  selection: string,
  label: string,
  by: string,
  window = '$__auto',
): string {
  return `quantile_over_time(${share}, ${selection} | ${label} != "" | unwrap ${label} | __error__="" [${window}]) by (${by})`;
}

/** Zero instead of nothing: for numbers of which none is the good news. */
export function orZero(expr: string): string {
  return `${expr} or vector(0)`;
}
