import { OtelEventsError } from '../../errors.ts';
import type { Signal } from '../../otlp/wire/batch.ts';
import { pause } from '../../pause.ts';
import type { Intake } from '../intake.ts';
import type { Log } from '../log.ts';
import { lastRequestIn, signalOfLine, trimmed } from './otlp-line.ts';
import type { Line } from './read-lines.ts';

/** Between two attempts to hand a line on, unless an exporter says when; and the longest that one says. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/** Hands lines of files to pipelines, each until it is taken. */
export class LineTaker {
  readonly #intake: Intake;
  readonly #log: Log;
  readonly #receiver: string;
  readonly #end: AbortSignal;
  /** Signals that no pipeline takes, and files with broken lines: each is told of once. */
  readonly #told = new Set<string>();
  #broken = 0;
  #refused = 0;

  constructor(intake: Intake, log: Log, receiver: string, end: AbortSignal) {
    this.#intake = intake;
    this.#log = log;
    this.#receiver = receiver;
    this.#end = end;
  }

  /** @returns whether the line is done with: taken, refused for good, or none; false at the end */
  async take(file: string, { bytes, start }: Line): Promise<boolean> {
    if (bytes === undefined) {
      this.#noteBroken(file, start, 'it is longer than max_log_size');
      return true;
    }
    const line = trimmed(bytes);
    if (line.length === 0) return true;
    try {
      return await this.#takeRequest(file, start, line);
    } catch (error) {
      this.#noteBroken(file, start, (error as Error).message);
      const again = lastRequestIn(line);
      // Behind half a line there may be a whole one.
      return again === 0 || this.take(file, { bytes: line.subarray(again), start: start + again, end: 0 });
    }
  }

  /** Says what was not handed on. */
  end(): void {
    const sums = { receiver: this.#receiver, broken: this.#broken, refused: this.#refused };
    if (this.#broken + this.#refused > 0) this.#log('error', 'lines not taken since the start', sums);
  }

  /** @throws OtelEventsError `OTLP_INVALID` for what is no request */
  async #takeRequest(file: string, start: number, line: Buffer): Promise<boolean> {
    const signal = signalOfLine(line);
    if (signal === undefined) throw new OtelEventsError('OTLP_INVALID', 'it is no request of OTLP/JSON');
    while (!this.#end.aborted) {
      // Each time: a reload may have taken the pipeline away while the line waited, and what is behind it must not.
      if (!this.#intake.takes(signal)) {
        this.#tellOnce(signal, 'lines of a signal that no pipeline takes', { file, signal });
        return true;
      }
      const retryMs = await this.#attempt(file, start, signal, line);
      if (retryMs === undefined) return true;
      await pause(retryMs, this.#end);
    }
    return false;
  }

  /** @returns when to try again; undefined if that is over */
  async #attempt(file: string, start: number, signal: Signal, line: Buffer): Promise<number | undefined> {
    try {
      await this.#intake.take({ signal, transport: 'file', encoding: 'json' }, line);
      return undefined;
    } catch (error) {
      if (!(error instanceof OtelEventsError)) {
        this.#log('error', 'a line could not be handled', { ...this.#at(file, start), error: String(error) });
        return RETRY_MS;
      }
      if (error.code === 'OTLP_INVALID') throw error;
      if (error.retry !== undefined)
        return Math.min(MAX_RETRY_MS, Math.max(1, error.retry.afterMs ?? RETRY_MS));
      this.#refused++;
      this.#log('error', 'a line is refused for good', { ...this.#at(file, start), error: error.message });
      return undefined;
    }
  }

  #noteBroken(file: string, start: number, why: string): void {
    this.#broken++;
    this.#intake.noteInvalid(undefined, 'file', { code: 'broken_line', reason: why });
    this.#tellOnce(`broken ${file}`, 'a broken line; others of this file are only counted', {
      ...this.#at(file, start),
      error: why,
    });
  }

  #at(file: string, byte: number): { readonly file: string; readonly byte: number } {
    return { file, byte };
  }

  #tellOnce(key: string, message: string, fields: Record<string, string | number>): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#log('warn', message, { receiver: this.#receiver, ...fields });
  }
}
