/** Grafana's dashboard JSON, as far as these dashboards need it: rows of panels, each with its queries. */

/** One query of a panel, in the language of its data source. */
export type Query = LokiQuery | PrometheusQuery | JaegerSearch;

interface LokiQuery {
  readonly from: 'loki';
  readonly expr: string;
  /** One value for the whole time range, instead of a series. */
  readonly instant?: boolean;
  readonly legend?: string;
}

interface PrometheusQuery {
  readonly from: 'prometheus';
  readonly expr: string;
  readonly instant?: boolean;
  readonly legend?: string;
}

interface JaegerSearch {
  readonly from: 'jaeger';
  readonly service: string;
}

export interface Panel {
  readonly title: string;
  /** What the reader sees behind the (i): what the numbers count. */
  readonly description: string;
  readonly type: 'stat' | 'timeseries' | 'bargauge' | 'table' | 'logs' | 'piechart';
  /** Of 24 columns. */
  readonly width: number;
  /** Of Grafana's unit ids. Default `short`. */
  readonly unit?: string;
  /** Whether series lie on each other. */
  readonly stacked?: boolean;
  /** Red from this value on. */
  readonly alarmFrom?: number;
  /** Columns that a table does not show. */
  readonly hidden?: readonly string[];
  /** A link behind each value. */
  readonly link?: { readonly title: string; readonly url: string };
  readonly queries: readonly Query[];
}

/** A variable at the top of a dashboard. */
export type Variable =
  | { readonly name: string; readonly label: string; readonly lokiLabel: string }
  | { readonly name: string; readonly label: string; readonly prometheus: string }
  | { readonly name: string; readonly label: string; readonly text: string };

export interface Dashboard {
  /** Also the name of the file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  /** Rows of panels; those of a row are as high as `height` says, in units of 30 pixels. */
  readonly rows: readonly { readonly height: number; readonly panels: readonly Panel[] }[];
}

/** What all of them have at the top: whose events. */
export const SERVICE: Variable = { name: 'service', label: 'Service', lokiLabel: 'service_name' };

const TAG = 'otel-events';

/** @returns the model that Grafana reads from a file */
export function dashboardJson({ uid, title, description, variables, rows }: Dashboard): object {
  let [id, y] = [0, 0];
  const panels: object[] = [];
  for (const { height, panels: row } of rows) {
    let x = 0;
    for (const panel of row) {
      panels.push(panelJson(panel, ++id, { h: height, w: panel.width, x, y }));
      x += panel.width;
    }
    if (x !== 24) throw new Error(`${uid}: the row at ${y} is ${x} wide, not 24`);
    y += height;
  }
  return {
    uid,
    title,
    description,
    tags: [TAG],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        title: 'Dashboards',
        type: 'dashboards',
        tags: [TAG],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    templating: { list: variables.map(variableJson) },
    annotations: { list: [] },
    panels,
  };
}

function panelJson(panel: Panel, id: number, gridPos: object): object {
  const { title, description, type, queries, unit = 'short', alarmFrom, hidden = [], link } = panel;
  const uid = queries[0]?.from ?? 'loki';
  const steps = [
    { color: 'green', value: null },
    ...(alarmFrom === undefined ? [] : [{ color: 'red', value: alarmFrom }]),
  ];
  return {
    id,
    title,
    description,
    type,
    gridPos,
    datasource: { type: uid, uid },
    targets: queries.map(targetJson),
    fieldConfig: {
      defaults: {
        unit,
        ...(type === 'timeseries' ? { custom: drawing(panel), min: 0 } : {}),
        color: { mode: type === 'stat' ? 'thresholds' : 'palette-classic' },
        thresholds: { mode: 'absolute', steps },
        ...(link === undefined ? {} : { links: [{ ...link, targetBlank: false }] }),
      },
      overrides: [],
    },
    options: optionsOf(panel),
    ...(hidden.length === 0 ? {} : { transformations: [organize(hidden)] }),
  };
}

function targetJson(query: Query, index: number): object {
  const refId = String.fromCharCode(65 + index);
  const datasource = { type: query.from, uid: query.from };
  if (query.from === 'jaeger')
    return { refId, datasource, queryType: 'search', service: query.service, limit: 20 };
  const { from, expr, instant = false, legend } = query;
  return {
    refId,
    datasource,
    expr,
    ...(from === 'loki' ? { queryType: instant ? 'instant' : 'range' } : { instant, range: !instant }),
    ...(from === 'prometheus' && instant ? { format: 'table' } : {}),
    ...(legend === undefined ? {} : { legendFormat: legend }),
  };
}

function drawing({ stacked = false }: Panel): object {
  return stacked
    ? { drawStyle: 'bars', fillOpacity: 60, lineWidth: 0, stacking: { mode: 'normal', group: 'A' } }
    : { drawStyle: 'line', fillOpacity: 10, lineWidth: 1, showPoints: 'auto', spanNulls: true };
}

function optionsOf({ type }: Panel): object {
  const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false };
  if (type === 'stat') return { reduceOptions, colorMode: 'value', graphMode: 'none', textMode: 'auto' };
  if (type === 'timeseries') {
    return {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    };
  }
  if (type === 'bargauge')
    return { reduceOptions, orientation: 'horizontal', displayMode: 'basic', valueMode: 'color' };
  if (type === 'piechart')
    return {
      reduceOptions,
      pieType: 'donut',
      legend: { displayMode: 'table', placement: 'right', values: ['value'] },
    };
  if (type === 'table') return { showHeader: true, cellHeight: 'sm' };
  return { showTime: true, wrapLogMessage: true, enableLogDetails: true, sortOrder: 'Descending' };
}

/** Leaves columns out, and puts those that stay into the order of the result. */
function organize(hidden: readonly string[]): object {
  return {
    id: 'organize',
    options: { excludeByName: Object.fromEntries(hidden.map((name) => [name, true])) },
  };
}

function variableJson(variable: Variable): object {
  const { name, label } = variable;
  if ('text' in variable) {
    const current = { text: variable.text, value: variable.text };
    return {
      name,
      label,
      type: 'textbox',
      query: variable.text,
      current,
      options: [{ ...current, selected: true }],
    };
  }
  const isLoki = 'lokiLabel' in variable;
  const uid = isLoki ? 'loki' : 'prometheus';
  const query = isLoki
    ? { refId: 'names', type: 1, label: variable.lokiLabel, stream: '' }
    : { refId: 'names', qryType: 1, query: variable.prometheus };
  return {
    name,
    label,
    type: 'query',
    datasource: { type: uid, uid },
    query,
    refresh: 2,
    sort: 1,
    options: [],
    current: {},
  };
}
