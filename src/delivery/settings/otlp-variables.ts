import { OtelEventsError } from '../../errors.ts';
import type { RecordSignal } from '../../otlp/wire/batch.ts';
import { text } from './variable-text.ts';

/** One variable that is set. */
export interface OtlpVariable {
  readonly name: string;
  readonly value: string;
  /** Set for one signal, not for all of them. */
  readonly ofSignal: boolean;
}

/** The `OTEL_EXPORTER_OTLP_*` variables of each signal. */
export class OtlpVariables {
  readonly #env: NodeJS.ProcessEnv;
  readonly #onWarning: (error: OtelEventsError) => void;

  constructor(env: NodeJS.ProcessEnv, onWarning: (error: OtelEventsError) => void) {
    this.#env = env;
    this.#onWarning = onWarning;
  }

  /** Those that are set, the signal's own first. */
  of(signal: RecordSignal, setting: string): OtlpVariable[] {
    const names = [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${setting}`, `OTEL_EXPORTER_OTLP_${setting}`];
    return names.flatMap((name, index) => {
      const value = text(this.#env, name);
      return value === undefined ? [] : [{ name, value, ofSignal: index === 0 }];
    });
  }

  /**
   * The first that `read` can use; it answers undefined for the others.
   * @see OpenTelemetry specification, "configuration/common": a value out of range counts as not set
   */
  first<T>(
    signal: RecordSignal,
    setting: string,
    read: (variable: OtlpVariable) => T | undefined,
  ): T | undefined {
    for (const variable of this.of(signal, setting)) {
      const result = read(variable);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Warns that a variable, or a part of it, is left out of account. */
  ignore(message: string, fix: string): undefined {
    this.#onWarning(new OtelEventsError('ENVIRONMENT_UNSUPPORTED', message, { fix }));
    return undefined;
  }
}
