import { OtelEventsError } from '../../errors.ts';
import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { LIST_NAMES } from '../../otlp/wire/list-names.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { goodRecords } from './good-records.ts';

/** What a line holds. */
export interface ReadRequest {
  readonly request: OtlpRequest | undefined;
  /** Whether something of the line was lost. */
  readonly isDamaged: boolean;
}

/**
 * Reads a line of OTLP/JSON. Of a line that a writer began and did not end before a crash, with a whole one behind it,
 * the whole one is read.
 */
export function readRequest(bytes: Buffer): ReadRequest {
  const request = tryRead(bytes);
  if (request !== undefined) return { request, isDamaged: false };
  const starts = SIGNALS.map((signal) => bytes.lastIndexOf(`{"${LIST_NAMES[signal].resources}":`));
  const start = Math.max(...starts);
  return { request: start > 0 ? tryRead(bytes.subarray(start)) : undefined, isDamaged: true };
}

/** The same; of a line in which some records are no OTLP the others are read. */
export function readGoodRecords(bytes: Buffer): ReadRequest & { readonly badRecords: number } {
  const whole = readRequest(bytes);
  const signal = whole.request === undefined ? signalOf(bytes) : undefined;
  const good = signal === undefined ? undefined : goodRecords(signal, bytes);
  if (good === undefined) return { ...whole, badRecords: 0 };
  return { request: good.request, isDamaged: false, badRecords: good.bad };
}

function tryRead(bytes: Buffer): OtlpRequest | undefined {
  const signal = signalOf(bytes);
  if (signal === undefined) return undefined;
  try {
    return OtlpRequest.read(signal, 'json', bytes);
  } catch (error) {
    if (error instanceof OtelEventsError && error.code === 'OTLP_INVALID') return undefined;
    throw error;
  }
}

/** By the first key; that of another request may stand in a text. */
function signalOf(bytes: Buffer): Signal | undefined {
  const [, key] = /^\s*\{\s*"(\w+)"\s*:/.exec(bytes.toString('latin1', 0, 200)) ?? [];
  return SIGNALS.find((signal) => LIST_NAMES[signal].resources === key);
}
