import { OtelEventsError } from '../errors.ts';
import { isList, kindOf } from '../kind-of.ts';
import { isHeaderValue, isToken } from '../otlp/http/header-fields.ts';

/** Headers by name, or what gives them for each request, such as with a token that expires. */
export type HttpHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** What the length of a body is said by: with another one nothing would arrive. */
const OF_THE_BODY: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/**
 * The headers of each request. Those that are given are checked now, those that a function gives when they are used:
 * then events wait until it gives better ones.
 * @param place - the option, in messages
 * @throws OtelEventsError `OPTION_INVALID`, naming the header and never its value
 */
export function httpHeaders(
  place: string,
  headers: HttpHeaders,
): () => Promise<Readonly<Record<string, string>>> {
  if (typeof headers === 'function') return () => given(place, headers);
  const checked = checkedHeaders(place, headers);
  return async () => checked;
}

async function given(
  place: string,
  headers: Extract<HttpHeaders, () => unknown>,
): Promise<Readonly<Record<string, string>>> {
  try {
    return checkedHeaders(place, await headers());
  } catch (cause) {
    const isOurs = cause instanceof OtelEventsError;
    const message = isOurs ? cause.message : `${place}: the function that gives them threw`;
    const code = isOurs ? cause.code : 'EXPORT_FAILED';
    throw new OtelEventsError(code, `${message}; events wait`, { cause, retry: {} });
  }
}

function checkedHeaders(place: string, headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null || isList(headers)) {
    throw new OtelEventsError(
      'OPTION_INVALID',
      `${place}: wanted an object of texts, got ${kindOf(headers)}`,
    );
  }
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!isToken(name)) throw refused(place, name, 'a name that HTTP knows', 'another');
    if (OF_THE_BODY.has(name.toLowerCase())) throw refused(place, name, 'to be left out', 'it');
    if (!isHeaderValue(value)) throw refused(place, name, 'a text on one line', gotOf(value));
    checked[name] = value;
  }
  return checked;
}

function refused(place: string, name: string, wanted: string, got: string): OtelEventsError {
  return new OtelEventsError(
    'OPTION_INVALID',
    `${place}: ${JSON.stringify(name)}: wanted ${wanted}, got ${got}`,
  );
}

function gotOf(value: unknown): string {
  return typeof value === 'string' ? 'characters that no header can hold' : kindOf(value);
}
