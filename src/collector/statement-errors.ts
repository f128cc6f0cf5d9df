import { OtelEventsError } from '../errors.ts';
import type { ProcessorHost } from './component.ts';
import { StatementFailure } from './ottl/failure.ts';

export const ERROR_MODES = ['ignore', 'silent', 'propagate'] as const;

/** What becomes of a statement that cannot be carried out: it is logged, or passed over, or the request is refused. */
export type ErrorMode = (typeof ERROR_MODES)[number];

/** Carries out statements and conditions, and does with their failures what the configuration says. */
export class StatementErrors {
  readonly #host: ProcessorHost;
  /** By the place of the statement in the configuration. */
  readonly #counts = new Map<string, number>();

  constructor(host: ProcessorHost) {
    this.#host = host;
  }

  /**
   * @returns what `run` gives; undefined if it fails and the error mode passes over that
   * @throws OtelEventsError `EXPORT_FAILED` with `retry` under `propagate`, as the OpenTelemetry Collector answers
   */
  run<T>(mode: ErrorMode, at: string, run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof StatementFailure)) throw error;
      if (mode === 'propagate')
        throw new OtelEventsError('EXPORT_FAILED', `${at}: ${error.message}`, { cause: error, retry: {} });
      if (mode === 'ignore') this.#tell(at, error);
      return undefined;
    }
  }

  /** The first failure of each statement, then the tenth, the hundredth: one for every record would be a flood. */
  #tell(at: string, { message: error }: StatementFailure): void {
    const count = (this.#counts.get(at) ?? 0) + 1;
    this.#counts.set(at, count);
    if (!/^10*$/.test(String(count))) return;
    this.#host.log('warn', 'statement fails', { processor: this.#host.id, at, error, count });
  }
}
