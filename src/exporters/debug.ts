import { escapeControls, escapeLines } from '../escape-controls.ts';
import type { Batch } from '../otlp/wire/batch.ts';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { LIST_NAMES } from '../otlp/wire/list-names.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { BatchExporter } from './batch-exporter.ts';
import { MessageSampler, type Sampling } from './message-sampler.ts';

/** How much of a batch is shown. */
export type Verbosity = 'basic' | 'normal' | 'detailed';

/**
 * Shows batches on a console: `basic` one line of counts, `normal` also a line for each record, span or metric, and
 * `detailed` everything, indented.
 * @param write - is given whole lines, without the last line break
 * @param sampling - of what is the same within a second; default all of it
 */
export function debugExporter(
  verbosity: Verbosity,
  write: (text: string) => void,
  sampling: Sampling = EVERYTHING,
): BatchExporter {
  const sampler = new MessageSampler(sampling);
  return {
    keeps: false,
    consume: async (batch) => {
      // As the real one samples: the counts by the signal alone, the content by what it is.
      if (sampler.admits(batch.signal))
        write(`debug: ${batch.signal} items=${batch.count}${countsOf(batch)}`);
      const lines = linesOf(batch, verbosity);
      if (lines.length > 0 && sampler.admits(lines.join('\n'))) for (const line of lines) write(line);
    },
    close: async () => {},
  };
}

const EVERYTHING: Sampling = { initial: 2, thereafter: 1 };

function linesOf(batch: Batch, verbosity: Verbosity): string[] {
  if (verbosity === 'basic') return [];
  if (verbosity === 'normal') return itemsOf(batch).map((item) => escapeControls(JSON.stringify(item)));
  return [escapeLines(JSON.stringify(OtlpRequest.of(batch).decoded(), null, 2))];
}

/** How many resources, and metrics, the items are of. */
function countsOf(batch: Batch): string {
  const { resources } = LIST_NAMES[batch.signal];
  const count = listOf(OtlpRequest.of(batch).decoded(), resources).length;
  return ` resources=${count}${batch.signal === 'metrics' ? ` metrics=${itemsOf(batch).length}` : ''}`;
}

/** The log records, spans or metrics of a batch. */
function itemsOf(batch: Batch): OtlpObject[] {
  const { resources, scopes, records } = LIST_NAMES[batch.signal];
  return listOf(OtlpRequest.of(batch).decoded(), resources)
    .flatMap((resource) => listOf(resource, scopes))
    .flatMap((scope) => listOf(scope, records));
}

function listOf(value: OtlpObject, name: string): OtlpObject[] {
  return (value[name] ?? []) as OtlpObject[];
}

/** Takes batches and does nothing with them. */
export function nopExporter(): BatchExporter {
  return { keeps: false, consume: async () => {}, close: async () => {} };
}
