import type { Signal } from './batch.ts';

/** The lists of a request, each in an item of the one before. */
export interface ListNames {
  readonly resources: string;
  readonly scopes: string;
  readonly records: string;
}

/** What OTLP/JSON and decoded requests call their lists. */
export const LIST_NAMES: Readonly<Record<Signal, ListNames>> = {
  logs: { resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords' },
  traces: { resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans' },
  metrics: { resources: 'resourceMetrics', scopes: 'scopeMetrics', records: 'metrics' },
};
