import { escapeControls, escapeLines } from '../escape-controls.ts';
import type { Batch, Signal } from '../otlp/wire/batch.ts';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { BatchExporter } from './batch-exporter.ts';

/** How much of a batch is shown. */
export type Verbosity = 'basic' | 'normal' | 'detailed';

/**
 * Shows batches on a console: `basic` one line of counts, `normal` also a line for each record, span or metric, and
 * `detailed` everything, indented.
 * @param write - is given whole lines, without the last line break
 */
export function debugExporter(verbosity: Verbosity, write: (text: string) => void): BatchExporter {
  return {
    keeps: false,
    consume: async (batch) => {
      write(`debug: ${batch.signal} items=${batch.count}`);
      if (verbosity === 'normal')
        for (const item of itemsOf(batch)) write(escapeControls(JSON.stringify(item)));
      if (verbosity === 'detailed')
        write(escapeLines(JSON.stringify(OtlpRequest.of(batch).decoded(), null, 2)));
    },
    close: async () => {},
  };
}

const LISTS: Readonly<Record<Signal, readonly [string, string, string]>> = {
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
};

/** The log records, spans or metrics of a batch. */
function itemsOf(batch: Batch): OtlpObject[] {
  const [resources, scopes, items] = LISTS[batch.signal];
  return listOf(OtlpRequest.of(batch).decoded(), resources)
    .flatMap((resource) => listOf(resource, scopes))
    .flatMap((scope) => listOf(scope, items));
}

function listOf(value: OtlpObject, name: string): OtlpObject[] {
  return (value[name] ?? []) as OtlpObject[];
}

/** Takes batches and does nothing with them. */
export function nopExporter(): BatchExporter {
  return { keeps: false, consume: async () => {}, close: async () => {} };
}
