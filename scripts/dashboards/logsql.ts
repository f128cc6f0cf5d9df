/** VictoriaLogs: attributes keep their names, and `service_name` and `event_name` are its streams. */
import { type Condition, type EventQuery, replaceFields, type Show } from './event-query.ts';
import type { Store } from './store.ts';

export const victorialogs: Store = {
  title: 'VictoriaLogs',
  uid: 'victorialogs',
  type: 'victoriametrics-logs-datasource',
  target: (query) => ({
    expr: logsql(query),
    queryType: queryType(query),
    ...(query.legend === undefined
      ? {}
      : { legendFormat: replaceFields(query.legend, (field) => `{{${column(field)}}}`) }),
  }),
  services: { refId: 'names', type: 'fieldValue', field: 'service_name', query: '*', limit: 1000 },
  column,
  // What is too large it only writes into its own log, a warning in five seconds at most.
  refused:
    'sum by (reason) (vl_rows_dropped_total) or label_replace(sum(vm_log_messages_total{location=~".*log_rows.go.*", level!="info"}), "reason", "too large", "", "")',
  cut: {
    metric: 'otel_events_victorialogs_cut_total',
    label: 'victorialogs_cut',
    reasons: 'shorter than they are (names, fields, size, line) or at the time of their arrival (time)',
  },
};

/** @returns the query in the language of VictoriaLogs */
export function logsql({ where, show }: EventQuery): string {
  const conditions = [...where, ...needed(show)];
  const selection = new Set(['{service_name="$service"}']);
  // A condition on the name of an event says as well that it has one.
  if (!conditions.some(isName)) selection.add('event_name:*');
  for (const one of conditions) selection.add(filter(one));
  return `${[...selection].join(' ')} | ${pipe(show)}`;
}

/** `stats` is one value, `statsRange` a series, `instant` the events themselves. */
function queryType({ show, total = false }: EventQuery): string {
  if (show.what === 'lines') return 'instant';
  return total ? 'stats' : 'statsRange';
}

function column(field: string): string {
  if (field === 'severity') return 'severity_text';
  return field === 'event.name' ? 'event_name' : field;
}

/** In a query; quoted when a variable says which field it is, for that may have any name. */
function name(field: string): string {
  return field.startsWith('$') ? `"${field}"` : column(field);
}

function filter(condition: Condition): string {
  if ('has' in condition) return `${name(condition.has)}:*`;
  const field = name(condition.field);
  if ('is' in condition) return `${field}:="${condition.is}"`;
  if ('begins' in condition) return `${field}:="${condition.begins}"*`;
  if ('matches' in condition) return `${field}:~"^(?:${condition.matches})$"`;
  return `${field}:>=${condition.atLeast}`;
}

const isName = (condition: Condition): boolean => 'field' in condition && condition.field === 'event.name';

/** Events without the field have nothing to say to these. */
function needed(show: Show): Condition[] {
  return 'field' in show ? [{ has: show.field }] : [];
}

function pipe(show: Show): string {
  switch (show.what) {
    case 'count':
      return `stats${by(show.by)} count() v${largest(show.largest)}`;
    case 'distinct':
      return `stats count_uniq(${name(show.field)}) v`;
    case 'countEach':
      return `stats count() n, count_uniq(${name(show.field)}) s | math n / s as v | fields v`;
    case 'sum':
      return `stats sum(${name(show.field)}) v`;
    case 'mean':
      return `stats${by(show.by === undefined ? [] : [show.by])} avg(${name(show.field)}) v`;
    case 'quantile':
      return `stats${by([show.by])} quantile(${show.share}, ${name(show.field)}) v`;
    case 'lines':
      return `format "${replaceFields(show.text, (field) => `<${column(field)}>`)}" as _msg`;
  }
}

function by(fields: readonly string[] = []): string {
  return fields.length === 0 ? '' : ` by (${fields.map(name).join(', ')})`;
}

function largest(how: number | 'all' | undefined): string {
  if (how === undefined) return '';
  return ` | sort by (v desc)${how === 'all' ? '' : ` limit ${how}`}`;
}
