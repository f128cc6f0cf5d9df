import { type Stats, statSync } from 'node:fs';
import { OtelEventsError } from '../errors.ts';
import { checkNames } from '../options.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import type { Rotation } from './backups.ts';
import { type BatchLimits, batchLimits } from './batch-limits.ts';
import type { Exporter } from './exporter.ts';
import { type Format, jsonFormatter } from './format.ts';
import { onHangup } from './hangup.ts';
import { LineFile } from './line-file.ts';
import { cannotKeepLines } from './named-file.ts';
import { renderBatch } from './render-batch.ts';
import { isStandard } from './standard-stream.ts';

export type { Rotation } from './backups.ts';

/** Where lines go, and how. */
export interface FileExporterOptions extends BatchLimits {
  /** Made if it is not there, with the directories above it. */
  readonly path: string;
  /**
   * When the file is set aside, and how long it is kept. Default: it grows. Of what is given the defaults are
   * 100 MiB, no age, and backups that are kept.
   */
  readonly rotation?: Partial<Rotation>;
  /**
   * `none`: a line counts as delivered when the operating system has it, which survives the end of the process.
   * `batch`: when it is on the disk, which survives a power cut; one fsync for each batch. Default `none`.
   */
  readonly fsync?: 'none' | 'batch';
  /** Default `file:` and the path. */
  readonly name?: string;
  /** What a line holds. Default `leip`. */
  readonly format?: Format;
}

const KNOWN: Readonly<Record<keyof FileExporterOptions, true>> = {
  path: true,
  rotation: true,
  fsync: true,
  name: true,
  format: true,
  flushIntervalMs: true,
  flushBatchSize: true,
};

const ROTATION_KNOWN: Readonly<Record<keyof Rotation, true>> = {
  maxBytes: true,
  maxAgeMs: true,
  maxDays: true,
  maxBackups: true,
  localTime: true,
};

const DEFAULT_MAX_BYTES = 100 * 1024 * 1024;

/**
 * Appends each event to a file as one line of JSON (each payload, where a format gives several). The file is
 * opened anew when it was moved or removed, and at SIGHUP in an app that listens to that signal too. Several
 * processes may write it, and rotate it. Half a line that a crash or a full disk has left becomes blanks.
 *
 * A batch that failed half-way is continued, not repeated. A line comes twice only when nobody knows whether
 * it was written: the process was killed before it noted the delivery, or an fsync failed.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function fileExporter(options: FileExporterOptions): Exporter {
  checkNames('fileExporter', options, KNOWN);
  const { path, name = `file:${path}`, format = 'leip' } = options;
  const lines = new EventLines(options, jsonFormatter(format));
  return {
    name,
    ...batchLimits(options),
    send: (records) => lines.append(records),
    close: () => lines.close(),
  };
}

class EventLines {
  readonly #file: LineFile;
  readonly #toTexts: (record: EventRecord) => readonly string[];
  /** Ids of events of a batch that failed half-way: these are in the file. */
  readonly #written = new Set<unknown>();
  #forgetHangup: (() => void) | undefined;

  constructor(options: FileExporterOptions, toTexts: (record: EventRecord) => readonly string[]) {
    const { path, rotation, fsync = 'none' } = options;
    if (typeof path !== 'string' || path === '') throw invalid('path', 'the path of a file');
    if (!isStandard(path) && cannotKeepLines(factsOf(path)))
      throw invalid('path', 'a regular file, or nothing there yet');
    this.#toTexts = toTexts;
    this.#file = new LineFile({
      path,
      append: true,
      createDirectory: true,
      lineStart: '{',
      fsync: isEachBatch(fsync),
      // A backup that could not be removed is tried again at the next rotation.
      onError: () => {},
      ...(rotation === undefined ? {} : { rotation: resolveRotation(rotation) }),
    });
  }

  async append(records: readonly EventRecord[]): Promise<void> {
    const rendered = renderBatch(records, this.#toTexts);
    this.#forgetHangup ??= onHangup(() => this.#file.reopen());
    const ids = records.map(({ attributes }) => attributes['log.record.uid']);
    const results = await Promise.allSettled(
      rendered.map((texts, index) => this.#appendOnce(ids[index], texts)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const id of ids) this.#written.delete(id);
  }

  async close(): Promise<void> {
    this.#forgetHangup?.();
    this.#forgetHangup = undefined;
    await this.#file.close();
  }

  /** The lines of one event go in together, or not at all. */
  async #appendOnce(id: unknown, texts: readonly string[]): Promise<void> {
    if (texts.length === 0 || this.#written.has(id)) return;
    await this.#file.append(Buffer.from(texts.join('\n')));
    // A record of somebody else's may have no id: then nobody could tell it from the next one.
    if (typeof id === 'string') this.#written.add(id);
  }
}

/** Undefined for what is not there, or cannot be looked at: that is told when it is written. */
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isEachBatch(fsync: unknown): boolean {
  if (fsync === 'batch' || fsync === 'none') return fsync === 'batch';
  throw invalid('fsync', "'none' or 'batch'");
}

function resolveRotation(rotation: Partial<Rotation>): Rotation {
  checkNames('fileExporter, rotation', rotation, ROTATION_KNOWN);
  const { maxBytes = DEFAULT_MAX_BYTES, maxAgeMs, maxDays = 0, maxBackups = 0, localTime = false } = rotation;
  for (const [name, value] of Object.entries({ maxBytes, maxAgeMs: maxAgeMs ?? 1 })) {
    if (!(typeof value === 'number' && value > 0)) throw invalid(`rotation.${name}`, 'a number above 0');
  }
  for (const [name, value] of Object.entries({ maxDays, maxBackups })) {
    if (!(typeof value === 'number' && value >= 0)) throw invalid(`rotation.${name}`, 'a number from 0');
  }
  const kept = { maxBytes, maxDays, maxBackups, localTime };
  return maxAgeMs === undefined ? kept : { ...kept, maxAgeMs };
}

function invalid(option: string, wanted: string): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', `fileExporter: option ${option}: wanted ${wanted}`);
}
