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

/** @returns the model that Grafana reads from a file, in the types that its own release publishes */
export function dashboardJson({ uid, title, description, variables, rows }: Dashboard): GrafanaDashboard {
  let [id, y] = [0, 0];
  const panels: GrafanaPanel[] = [];
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
    templating: { list: variables.map(variableJson) },
    annotations: { list: [] },
    panels,
  };
}

function panelJson(panel: Panel, id: number, gridPos: NonNullable<GrafanaPanel['gridPos']>): GrafanaPanel {
  const { title, description, type, queries, unit = 'short', alarmFrom, hidden = [], link } = panel;
  const uid = queries[0]?.from ?? 'loki';
  const isStat = type === 'stat';
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
        ...(link === undefined ? {} : { links: [{ ...link, targetBlank: false }] }),
      },
      overrides: [],
    },
    options: { ...optionsOf(type) },
    ...(hidden.length === 0 ? {} : { transformations: [leaveOut(hidden)] }),
  };
}

function targetJson(query: Query, index: number): Record<string, unknown> {
  const refId = String.fromCharCode(65 + index);
  const datasource = { type: query.from, uid: query.from };
  if (query.from === 'jaeger') {
    return { refId, datasource, queryType: 'search', service: query.service, limit: 20 };
  }
  const { from, expr, instant = false, legend } = query;
  return {
    refId,
    datasource,
    expr,
    ...(from === 'loki' ? { queryType: instant ? 'instant' : 'range' } : { instant, range: !instant }),
    ...(legend === undefined ? {} : { legendFormat: legend }),
  };
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
        reduceOptions,
        orientation: VizOrientation.Horizontal,
        displayMode: BarGaugeDisplayMode.Basic,
        valueMode: BarGaugeValueMode.Color,
      } satisfies Partial<BarGaugeOptions>;
    case 'piechart':
      return {
        reduceOptions,
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

function variableJson(variable: Variable): VariableModel {
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
    refresh: VariableRefresh.onTimeRangeChanged,
    sort: VariableSort.alphabeticalAsc,
    options: [],
  };
}
