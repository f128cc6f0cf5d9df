import { CHANNELS } from '../channels.ts';
import { Bursts } from '../delivery/bursts.ts';
import { callApp, oneByOne } from '../delivery/one-by-one.ts';
import type { ErrorCode, OtelEventsError } from '../errors.ts';
import { lineOf, reportToDiag, severityOf } from '../otel/diag-report.ts';
import { toFailure } from './to-failure.ts';

/** Where the library says what went wrong with itself; `console`, pino and most loggers fit. */
export interface DiagnosticLogger {
  /** Of what is no error: one line, without a time. */
  warn(message: string): void;
  /** Of errors, likewise. */
  error(message: string): void;
}

/** From which level on something is written; `none` writes nothing, `onError` is called all the same. */
export type LogLevel = 'warn' | 'error' | 'none';

/** What {@link Diagnostics} needs. */
export interface DiagnosticsOptions {
  readonly logger: DiagnosticLogger | undefined;
  readonly level: LogLevel;
  readonly onError: ((error: OtelEventsError) => void) | undefined;
}

/** The level that `OTEL_LOG_LEVEL` asks for; what it knows beyond ours counts as `warn`. */
export function environmentLogLevel(env: NodeJS.ProcessEnv): LogLevel {
  const level = env.OTEL_LOG_LEVEL?.trim().toLowerCase();
  return level === 'none' || level === 'error' ? level : 'warn';
}

/** What is said once is remembered, up to this many: the names of options that there are not are among it. */
const MAX_SAID = 1_000;

/** Tells the app what went wrong, without ever throwing at it. */
export class Diagnostics {
  readonly #options: DiagnosticsOptions;
  readonly #said = new Set<string>();
  readonly #bursts: Bursts;

  constructor(options: DiagnosticsOptions) {
    this.#options = options;
    this.#bursts = new Bursts(this.report);
  }

  /**
   * Calls `onError` and writes one line: to the diagnostic logger, else to OpenTelemetry's `diag` where the app
   * has set one, else to standard error. Bound, so that it can be handed on.
   */
  readonly report: (error: OtelEventsError) => void = oneByOne((error) => {
    if (CHANNELS.error.hasSubscribers) CHANNELS.error.publish({ error });
    const { onError, logger } = this.#options;
    const threw = (cause: unknown): void => STDERR.error(`${lineOf(error)}; ${whoThrew(cause)}`);
    const heard = callApp(() => onError?.(error), threw);
    // Else it is on standard error already.
    if (heard || logger !== undefined) callApp(() => this.#write(error), threw);
  });

  /** Reports the first of a kind only. */
  once(kind: string, make: () => OtelEventsError): void {
    if (this.#said.has(kind) || this.#said.size >= MAX_SAID) return;
    this.#said.add(kind);
    this.report(make());
  }

  /** Reports what may fail with every event: the first of a kind, and then once a minute how often it was. */
  burst(kind: string, code: ErrorCode, message: string, details: { cause: unknown; fix?: string }): void {
    this.#bursts.add(kind, code, message, details);
  }

  #write(error: OtelEventsError): unknown {
    const { logger, level } = this.#options;
    const severity = severityOf(error);
    const toDiag = reportToDiag(error);
    if (level !== 'warn' && level !== severity) return undefined;
    if (logger !== undefined) return logger[severity](lineOf(error));
    return toDiag ? undefined : STDERR[severity](lineOf(error));
  }
}

function whoThrew(cause: unknown): string {
  const { type, message } = toFailure(cause);
  return `onError or a diagnostic logger threw: ${type}: ${message}`;
}

const writeLine = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

const STDERR: DiagnosticLogger = { warn: writeLine, error: writeLine };
