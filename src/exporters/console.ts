import { OtelEventsError } from '../errors.ts';
import { escapeControls } from '../escape-controls.ts';
import { checkNames } from '../options.ts';
import { type BatchLimits, batchLimits } from './batch-limits.ts';
import type { Exporter } from './exporter.ts';
import { type Format, jsonFormatter } from './format.ts';
import { renderBatch } from './render-batch.ts';
import { type Paint, paintFor, terminalLine } from './terminal-line.ts';
import { writeTo } from './write-to.ts';

/** A stream, and what a terminal's stream has beside it. */
export type ConsoleStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  /** As of `node:tty`: 1 means no colours. */
  getColorDepth?(): number;
};

/** Where and how. */
export interface ConsoleExporterOptions extends BatchLimits {
  /** Default standard output. */
  readonly stream?: ConsoleStream;
  /** Default `console`. */
  readonly name?: string;
  /** What a line of JSON holds. Default: lines for people on a terminal, `leip` elsewhere. */
  readonly format?: Format;
}

const KNOWN: Readonly<Record<keyof ConsoleExporterOptions, true>> = {
  stream: true,
  name: true,
  format: true,
  flushIntervalMs: true,
  flushBatchSize: true,
};

/** What a stream says when nobody reads it any more, or it has ended. */
const GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/**
 * Writes events to standard output: for people on a terminal, in colour unless `NO_COLOR` is set, and one line
 * of JSON per event anywhere else. A batch is taken when the stream has written it. A stream whose reader is
 * gone refuses for good, reason `stream_closed`; any other failure is tried again. The host never sees either.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function consoleExporter(options: ConsoleExporterOptions = {}): Exporter {
  checkNames('consoleExporter', options, KNOWN);
  const { stream = process.stdout as ConsoleStream, name = 'console', format } = options;
  const toLines = linesFor(stream, format);
  return {
    name,
    ...batchLimits(options),
    async send(records, signal) {
      const lines = renderBatch(records, toLines).flat();
      if (lines.length > 0) await write(stream, `${lines.join('\n')}\n`, signal);
    },
  };
}

function linesFor(stream: ConsoleStream, format: Format | undefined): ReturnType<typeof jsonFormatter> {
  if (format === undefined && stream.isTTY === true) {
    const paint: Paint = paintFor(stream, process.env);
    return (record) => [terminalLine(record, paint)];
  }
  const toTexts = jsonFormatter(format ?? 'leip');
  return (record) => toTexts(record).map(escapeControls);
}

function write(stream: ConsoleStream, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('given up before the stream had written'));
    signal.addEventListener('abort', giveUp);
    writeTo(stream, text)
      .finally(() => signal.removeEventListener('abort', giveUp))
      .then(resolve, (error) => reject(failureOf(error)));
  });
}

function failureOf(cause: Error): Error {
  if (!GONE.has((cause as NodeJS.ErrnoException).code)) return cause;
  const message = 'the stream of a console exporter is closed';
  return new OtelEventsError('EXPORT_FAILED', message, { cause, reason: 'stream_closed' });
}
