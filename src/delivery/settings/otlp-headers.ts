import { OtelEventsError } from '../../errors.ts';
import { isHeaderValue, isToken } from '../../otlp/http/header-fields.ts';
import type { RecordSignal } from '../../otlp/wire/batch.ts';
import type { OtlpVariables } from './otlp-variables.ts';

/** Headers of OTLP requests, by lower-case name. */
export type OtlpHeaders = Readonly<Record<string, string>>;

/** What the sender itself says of a body: a header of the user's would make it a lie, and SDKs overrule it too. */
const OF_THE_BODY = ['content-type', 'content-encoding', 'content-length', 'transfer-encoding'];

/**
 * The headers for one signal: those of the options over the signal's variable over the variable for all, as
 * the SDK's exporters merge them. What no header can hold is left out with a warning that shows no value.
 * @param credentials - the `authorization` to use where none is given
 */
export function otlpHeaders(
  signal: RecordSignal,
  options: Readonly<Record<string, string>> | undefined,
  variables: OtlpVariables,
  credentials: string | undefined,
  onWarning: (error: OtelEventsError) => void,
): OtlpHeaders {
  const headers = new Map<string, string>();
  for (const { name, value } of variables.of(signal, 'HEADERS').reverse()) {
    const bad = addHeaders(headers, parseList(value));
    if (bad.length > 0) {
      const fix = 'write name=value pairs with commas between them, other characters percent-encoded';
      variables.ignore(`${name}: ${entries(bad)} left out: not name=value, or not fit for a header`, fix);
    }
  }
  const bad = addHeaders(headers, Object.entries(options ?? {}));
  if (bad.length > 0) {
    const message = `option headers: ${entries(bad)} left out: a name or value not fit for a header`;
    onWarning(new OtelEventsError('OPTION_INVALID', message));
  }
  if (credentials !== undefined && !headers.has('authorization')) headers.set('authorization', credentials);
  for (const name of OF_THE_BODY) headers.delete(name);
  return Object.fromEntries(headers);
}

/** @returns the numbers, from 1, of the entries that cannot be headers */
function addHeaders(
  headers: Map<string, string>,
  list: readonly (readonly [string, string] | undefined)[],
): number[] {
  const bad: number[] = [];
  for (const [index, [name, value] = ['', '']] of list.entries()) {
    if (isToken(name) && isHeaderValue(value)) headers.set(name.toLowerCase(), value);
    else bad.push(index + 1);
  }
  return bad;
}

/**
 * The pairs of a list; undefined for a member that is none.
 * @see OpenTelemetry specification, "Specifying headers via environment variables": W3C Baggage without
 * metadata. A member without a value is left out, as the SDK's exporters do.
 */
function parseList(list: string): ([string, string] | undefined)[] {
  const members = list.split(',').filter((member) => member.trim() !== '');
  return members.map((member) => {
    const [pair = ''] = member.split(';', 1);
    const at = pair.indexOf('=');
    const name = decode(pair.slice(0, Math.max(at, 0)));
    const value = decode(pair.slice(at + 1));
    return name === undefined || value === undefined || value === '' ? undefined : [name, value];
  });
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.trim());
  } catch {
    return undefined;
  }
}

function entries(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'entry' : 'entries'} ${numbers.join(', ')}`;
}
