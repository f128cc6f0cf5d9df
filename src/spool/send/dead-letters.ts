import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { OtelEventsError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';
import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { absolute } from '../disk/absolute.ts';

/** A record that a destination refused for good. */
export interface DeadLetter {
  /** When it was refused, ISO 8601. */
  readonly time: string;
  readonly sink: string;
  readonly reason: string;
  readonly signal: Signal;
  /** Of the event, log record or span; the different ones of a batch, with commas between them. */
  readonly name: string;
  /** What the destination said, at most 1,000 characters. */
  readonly answer?: string;
  /** A whole export request, in protobuf: with that one record, or the batch in which nobody knows which it was. */
  readonly request: Uint8Array;
}

/** Where a dead letter was found. */
export interface FoundDeadLetter {
  /** The whole path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly letter: DeadLetter;
}

/** The most of what a destination said that is kept. */
export const MAX_ANSWER_CHARS = 1000;

/** Where they lie in the directory of a spool. */
export const LETTER_DIRECTORY = 'dead-letter';
const SUFFIX = '.jsonl';
/** A file that has reached this gets no more. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** All files together, those of other processes included. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
/** After so much of our own we look again at what the others wrote. */
const LOOK_BYTES = 1024 * 1024;

/**
 * Keeps refused records in `<spool directory>/dead-letter/`, one JSON line each, in files of its own. Each is
 * appended with one write to a file that is opened for it: they are few, and somebody may clear the directory
 * at any time.
 */
export class DeadLetters {
  readonly #directory: string;
  readonly #onError: (error: OtelEventsError) => void;
  #file: string | undefined;
  /** What may still be written before we look again. */
  #left = 0;
  #reported = false;

  /** @param onError - called when letters begin to be lost, once until one is kept again */
  constructor(directory: string, onError: (error: OtelEventsError) => void = () => {}) {
    this.#directory = path.join(absolute(directory), LETTER_DIRECTORY);
    this.#onError = onError;
  }

  /** Never throws. @returns whether it is in a file; if not, it is only counted by the caller */
  add(letter: DeadLetter): boolean {
    try {
      const line = deadLetterLine(letter);
      if (this.#hasRoom(line.length)) {
        this.#append(line);
        this.#reported = false;
        return true;
      }
      const message = `${this.#directory} is full, ${MAX_TOTAL_BYTES / 1024 / 1024} MiB`;
      const fix = 'refused records are only counted until files are removed from it';
      this.#reportOnce(new OtelEventsError('QUEUE_FULL', message, { fix }));
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
      const message = `could not write to ${this.#directory}: ${why}`;
      const fix = 'refused records are only counted until it can be written';
      this.#reportOnce(new OtelEventsError('SPOOL_UNWRITABLE', message, { cause, fix }));
    }
    return false;
  }

  #hasRoom(bytes: number): boolean {
    if (bytes <= this.#left) return true;
    const room = MAX_TOTAL_BYTES - sizeOf(this.#directory);
    this.#left = Math.min(room, Math.max(bytes, LOOK_BYTES));
    return bytes <= room;
  }

  #append(line: Buffer): void {
    makeDirectory(this.#directory, 0o700);
    this.#file ??= path.join(this.#directory, `${randomBytes(8).toString('hex')}${SUFFIX}`);
    const fd = openSync(this.#file, 'a', 0o600);
    try {
      const before = fstatSync(fd).size;
      this.#write(fd, line, before);
      this.#left -= line.length;
      if (before + line.length >= MAX_FILE_BYTES) this.#file = undefined;
    } finally {
      closeSync(fd);
    }
  }

  #write(fd: number, line: Buffer, before: number): void {
    let written = 0;
    try {
      written = writeSync(fd, line);
    } finally {
      // The next line must not begin in the middle of a torn one.
      if (written < line.length) ftruncateSync(fd, before);
    }
    if (written < line.length) throw new Error(`${written} of ${line.length} bytes written`);
  }

  #reportOnce(error: OtelEventsError): void {
    if (this.#reported) return;
    this.#reported = true;
    try {
      this.#onError(error);
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** All dead letters in a spool directory, file by file, the oldest first. Lines that are torn are skipped. */
export function* readDeadLetters(directory: string): Iterable<FoundDeadLetter> {
  for (const { file } of filesIn(path.join(directory, LETTER_DIRECTORY))) {
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const [index, text] of lines.entries()) {
      const letter = parse(text);
      if (letter !== undefined) yield { file, line: index + 1, letter };
    }
  }
}

/** A letter as it stands in a file, with its line break. */
export function deadLetterLine(letter: DeadLetter): Buffer {
  return Buffer.from(`${JSON.stringify(toJson(letter))}\n`);
}

function toJson({ time, sink, reason, signal, name, answer, request }: DeadLetter): object {
  const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
  return {
    time,
    sink,
    reason,
    signal,
    name,
    answer: answer?.slice(0, MAX_ANSWER_CHARS),
    request: bytes.toString('base64'),
  };
}

function parse(text: string): DeadLetter | undefined {
  try {
    const { time, sink, reason, signal, name, answer, request }: Record<string, unknown> = JSON.parse(text);
    if (![time, sink, reason, name, request].every((value) => typeof value === 'string')) return undefined;
    const known = SIGNALS.find((each) => each === signal);
    if (known === undefined) return undefined;
    return {
      time: String(time),
      sink: String(sink),
      reason: String(reason),
      signal: known,
      name: String(name),
      ...(typeof answer === 'string' ? { answer } : {}),
      request: Buffer.from(String(request), 'base64'),
    };
  } catch {
    return undefined;
  }
}

function sizeOf(directory: string): number {
  return filesIn(directory).reduce((sum, { size }) => sum + size, 0);
}

interface Listed {
  readonly file: string;
  readonly size: number;
  readonly mtimeMs: number;
}

function filesIn(directory: string): Listed[] {
  let names: string[] = [];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith(SUFFIX));
  } catch {
    // Not there: no letter has been kept.
  }
  return names
    .map((name) => path.join(directory, name))
    .flatMap((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined ? [] : [{ file, size: found.size, mtimeMs: found.mtimeMs }];
    })
    .sort((a, b) => a.mtimeMs - b.mtimeMs || a.file.localeCompare(b.file));
}
