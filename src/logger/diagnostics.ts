import type { OtelEventsError } from '../errors.ts';
import { lineOf, reportToDiag, severityOf } from '../otel/diag-report.ts';

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

/** Tells the app what went wrong, without ever throwing at it. */
export class Diagnostics {
  readonly #options: DiagnosticsOptions;
  readonly #said = new Set<string>();

  constructor(options: DiagnosticsOptions) {
    this.#options = options;
  }

  /**
   * Calls `onError` and writes one line: to the diagnostic logger, else to OpenTelemetry's `diag` where the app
   * has set one, else to standard error. Bound, so that it can be handed on.
   */
  readonly report = (error: OtelEventsError): void => {
    const { logger, level, onError } = this.#options;
    const severity = severityOf(error);
    try {
      onError?.(error);
      const toDiag = reportToDiag(error);
      if (level !== 'warn' && level !== severity) return;
      if (logger !== undefined) logger[severity](lineOf(error));
      else if (!toDiag) STDERR[severity](lineOf(error));
    } catch (thrown) {
      STDERR.error(`otel-events: onError or a diagnostic logger threw: ${String(thrown)}`);
    }
  };

  /** Reports the first of a kind only. */
  once(kind: string, make: () => OtelEventsError): void {
    if (this.#said.has(kind)) return;
    this.#said.add(kind);
    this.report(make());
  }
}

const writeLine = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

const STDERR: DiagnosticLogger = { warn: writeLine, error: writeLine };
