/** Grafana's dashboard JSON, as far as these dashboards need it: rows of panels, each with its queries. */
import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  DashboardCursorSync,
  type DataTransformerConfig,
  FieldColorModeId,
  type Dashboard as GrafanaDashboard,
  type Panel as GrafanaPanel,
  GraphDrawStyle,
  type GraphFieldConfig,
  LegendDisplayMode,
  LogsSortOrder,
  SortOrder,
  StackingMode,
  TableCellHeight,
  ThresholdsMode,
  TooltipDisplayMode,
  type VariableModel,
  VariableRefresh,
  VariableSort,
  VisibilityMode,
  VizOrientation,
} from '@grafana/schema';
import type { Options as BarGaugeOptions } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as LogsOptions } from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen';
import {
  PieChartLegendValues,
  type Options as PieChartOptions,
  PieChartType,
} from '@grafana/schema/dist/esm/raw/composable/piechart/panelcfg/x/PieChartPanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import { type EventQuery, replaceFields } from './event-query.ts';
import type { Store } from './store.ts';

/** One query of a panel: to the store of the events, whichever it is, to Prometheus or to Jaeger. */
export type Query = EventQuery | PrometheusQuery | JaegerSearch;

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
  /** A link behind each row: `{user.id}` in the URL is its field. */
  readonly link?: { readonly title: string; readonly url: string };
  readonly queries: readonly Query[];
}

/** A variable at the top of a dashboard. */
export type Variable =
  | { readonly name: string; readonly label: string; readonly services: true }
  | { readonly name: string; readonly label: string; readonly prometheus: string }
  /** `{user.id}` in the text is a field, as a reader types it. */
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
export const SERVICE: Variable = { name: 'service', label: 'Service', services: true };

const TAG = 'otel-events';

/** @returns the model that Grafana reads from a file, in the types that its own release publishes */
export function dashboardJson(dashboard: Dashboard, store: Store): GrafanaDashboard {
  const { uid, title, description, variables, rows } = dashboard;
  let [id, y] = [0, 0];
  const panels: GrafanaPanel[] = [];
  for (const { height, panels: row } of rows) {
    let x = 0;
    for (const panel of row) {
      panels.push(panelJson(panel, store, ++id, { h: height, w: panel.width, x, y }));
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
    graphTooltip: DashboardCursorSync.Crosshair,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        title: 'Dashboards',
        type: 'dashboards',
        icon: 'external link',
        tooltip: '',
        tags: [TAG],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
        targetBlank: false,
      },
    ],
    templating: { list: variables.map((variable) => variableJson(variable, store)) },
    annotations: { list: [] },
    panels,
  };
}

function panelJson(
  panel: Panel,
  store: Store,
  id: number,
  gridPos: NonNullable<GrafanaPanel['gridPos']>,
): GrafanaPanel {
  const { title, description, type, queries, unit = 'short', alarmFrom, hidden = [], link } = panel;
  const isStat = type === 'stat';
  return {
    id,
    title,
    description,
    type,
    gridPos,
    datasource: datasource(queries[0]?.from ?? 'events', store),
    targets: queries.map((query, index) => targetJson(query, store, index)),
    fieldConfig: {
      defaults: {
        unit,
        ...(type === 'timeseries' ? { custom: { ...drawing(panel) }, min: 0 } : {}),
        color: { mode: isStat ? FieldColorModeId.Thresholds : FieldColorModeId.PaletteClassic },
        thresholds: {
          mode: ThresholdsMode.Absolute,
          // JSON has no minus infinity: Grafana reads null as that.
          steps: [
            { color: 'green', value: null },
            ...(alarmFrom === undefined ? [] : [{ color: 'red', value: alarmFrom }]),
          ],
        },
        ...(link === undefined ? {} : { links: [{ ...rowLink(link, store), targetBlank: false }] }),
      },
      overrides: [],
    },
    options: { ...optionsOf(type) },
    ...(hidden.length === 0 ? {} : { transformations: [leaveOut(hidden)] }),
  };
}

function targetJson(query: Query, store: Store, index: number): Record<string, unknown> {
  const target = { refId: String.fromCharCode(65 + index), datasource: datasource(query.from, store) };
  if (query.from === 'events') return { ...target, ...store.target(query) };
  if (query.from === 'jaeger') return { ...target, queryType: 'search', service: query.service, limit: 20 };
  const { expr, instant = false, legend } = query;
  return {
    ...target,
    expr,
    instant,
    range: !instant,
    ...(legend === undefined ? {} : { legendFormat: legend }),
  };
}

function datasource(from: Query['from'], { type, uid }: Store): { type: string; uid: string } {
  return from === 'events' ? { type, uid } : { type: from, uid: from };
}

/** A row of an answer has the fields as columns; names with dots need brackets. */
function rowLink({ title, url }: NonNullable<Panel['link']>, store: Store): { title: string; url: string } {
  return { title, url: replaceFields(url, (field) => `\${__data.fields["${store.column(field)}"]}`) };
}

function drawing({ stacked = false }: Panel): GraphFieldConfig {
  if (stacked) {
    const stacking = { mode: StackingMode.Normal, group: 'A' };
    return { drawStyle: GraphDrawStyle.Bars, fillOpacity: 60, lineWidth: 0, stacking };
  }
  const showPoints = VisibilityMode.Auto;
  return { drawStyle: GraphDrawStyle.Line, fillOpacity: 10, lineWidth: 1, showPoints, spanNulls: true };
}

type PanelOptions =
  | Partial<StatOptions>
  | Partial<TimeSeriesOptions>
  | Partial<BarGaugeOptions>
  | Partial<PieChartOptions>
  | Partial<TableOptions>
  | Partial<LogsOptions>;

function optionsOf(type: Panel['type']): PanelOptions {
  const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false };
  // One value for the whole range comes as a table, a row for each: without `values` only the last would be shown.
  const rows = { ...reduceOptions, values: true };
  const legend = {
    showLegend: true,
    displayMode: LegendDisplayMode.List,
    placement: 'bottom',
    calcs: [],
  } as const;
  switch (type) {
    case 'stat':
      return {
        reduceOptions,
        colorMode: BigValueColorMode.Value,
        graphMode: BigValueGraphMode.None,
        textMode: BigValueTextMode.Auto,
      } satisfies Partial<StatOptions>;
    case 'timeseries':
      return {
        legend: { ...legend, calcs: [] },
        tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
      } satisfies Partial<TimeSeriesOptions>;
    case 'bargauge':
      return {
        reduceOptions: rows,
        orientation: VizOrientation.Horizontal,
        displayMode: BarGaugeDisplayMode.Basic,
        valueMode: BarGaugeValueMode.Color,
      } satisfies Partial<BarGaugeOptions>;
    case 'piechart':
      return {
        reduceOptions: rows,
        pieType: PieChartType.Donut,
        legend: {
          ...legend,
          calcs: [],
          displayMode: LegendDisplayMode.Table,
          placement: 'right',
          values: [PieChartLegendValues.Value],
        },
      } satisfies Partial<PieChartOptions>;
    case 'table':
      return { showHeader: true, cellHeight: TableCellHeight.Sm } satisfies Partial<TableOptions>;
    case 'logs':
      return {
        showTime: true,
        wrapLogMessage: true,
        enableLogDetails: true,
        sortOrder: LogsSortOrder.Descending,
      } satisfies Partial<LogsOptions>;
  }
}

function leaveOut(columns: readonly string[]): DataTransformerConfig {
  return {
    id: 'organize',
    options: { excludeByName: Object.fromEntries(columns.map((name) => [name, true])) },
  };
}

function variableJson(variable: Variable, store: Store): VariableModel {
  const { name, label } = variable;
  if ('text' in variable) {
    const text = replaceFields(variable.text, store.column);
    const current = { text, value: text };
    return {
      name,
      label,
      type: 'textbox',
      query: text,
      current,
      options: [{ ...current, selected: true }],
    };
  }
  const query =
    'services' in variable ? store.services : { refId: 'names', qryType: 1, query: variable.prometheus };
  return {
    name,
    label,
    type: 'query',
    datasource: datasource('services' in variable ? 'events' : 'prometheus', store),
    query,
    refresh: VariableRefresh.onTimeRangeChanged,
    sort: VariableSort.alphabeticalAsc,
    options: [],
  };
}
