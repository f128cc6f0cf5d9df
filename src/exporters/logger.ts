import { OtelEventsError } from '../errors.ts';
import { checkNames } from '../options.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { EVENT } from '../otlp/values/event-attributes.ts';
import { type BatchLimits, batchLimits } from './batch-limits.ts';
import type { Exporter } from './exporter.ts';
import { type Format, jsonFormatter } from './format.ts';
import { renderBatch } from './render-batch.ts';

/** Where and how. */
export interface LoggerExporterOptions extends BatchLimits {
  /** Has a method for each level that takes a line: pino, winston, `console` and their like. */
  readonly logger: object;
  /** The name of the method. Default `info`. */
  readonly level?: string;
  /** A longer line is refused, counted as rejected for `too_large`; in bytes of UTF-8. Default: no limit. */
  readonly maxEventBytes?: number;
  /** Default `logger`. */
  readonly name?: string;
  /** What a line holds. Default `edx`. */
  readonly format?: Format;
}

const KNOWN: Readonly<Record<keyof LoggerExporterOptions, true>> = {
  logger: true,
  level: true,
  maxEventBytes: true,
  name: true,
  format: true,
  flushIntervalMs: true,
  flushBatchSize: true,
};

type WriteLine = (line: string) => unknown;

/**
 * One line of JSON per event through a logger of the app. An event that is too large is rejected alone. A
 * logger that throws, or whose promise rejects, is given the event again.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function loggerExporter(options: LoggerExporterOptions): Exporter {
  checkNames('loggerExporter', options, KNOWN);
  const { name = 'logger', format = 'edx' } = options;
  const maxEventBytes = limitOf(options.maxEventBytes);
  const write = methodOf(options.logger, options.level ?? 'info');
  const toTexts = jsonFormatter(format);
  const toLines = (record: EventRecord): readonly string[] => {
    const lines = toTexts(record);
    for (const line of lines) checkSize(line, maxEventBytes);
    return lines;
  };
  // Of a batch in whose middle the logger threw: it comes again, they do not.
  const written = new Set<unknown>();
  return {
    name,
    ...batchLimits(options),
    async send(records) {
      const lines = renderBatch(records, toLines);
      for (const [index, record] of records.entries()) {
        const id = record.attributes[EVENT.uid];
        if (written.has(id)) continue;
        for (const line of lines[index] ?? []) await write(line);
        if (id !== undefined) written.add(id);
      }
      written.clear();
    },
  };
}

/** Looked up at each line: loggers replace their methods when their level changes. */
function methodOf(logger: object, level: string): WriteLine {
  const methods = logger as Readonly<Record<string, WriteLine>>;
  if (typeof logger === 'object' && logger !== null && typeof methods[level] === 'function') {
    return (line) => methods[level]?.(line);
  }
  const fix = "for example loggerExporter({ logger: console, level: 'info' })";
  throw new OtelEventsError('OPTION_INVALID', `option logger: it has no method ${JSON.stringify(level)}`, {
    fix,
  });
}

function limitOf(maxEventBytes: number | undefined): number {
  if (maxEventBytes === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(maxEventBytes) && maxEventBytes > 0) return maxEventBytes;
  throw new OtelEventsError('OPTION_INVALID', 'option maxEventBytes: wanted a whole number from 1 up');
}

function checkSize(line: string, maxEventBytes: number): void {
  const bytes = Buffer.byteLength(line);
  if (bytes <= maxEventBytes) return;
  const message = `an event of ${bytes} bytes is larger than maxEventBytes, ${maxEventBytes}`;
  throw new OtelEventsError('EXPORT_FAILED', message, { reason: 'too_large' });
}
