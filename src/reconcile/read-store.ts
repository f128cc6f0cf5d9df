import { OtelEventsError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { takeCredentials } from '../otlp/http/take-credentials.ts';
import type { AskedStore } from './stores/ask-store.ts';

/**
 * What is made of a store that is written as `KIND=URL`.
 * @param headers - shown to the store; the name and password of the URL as well
 * @param makers - by kind
 * @throws OtelEventsError `OPTION_INVALID`; what is secret in the address is not in it
 */
export function readStore<T>(
  text: string,
  headers: Readonly<Record<string, string>>,
  makers: Readonly<Record<string, (store: AskedStore) => T>>,
): T {
  const kinds = Object.keys(makers);
  const [, kind = '', address = ''] = /^([\w-]+)=(.*)$/s.exec(text) ?? [];
  const make = Object.hasOwn(makers, kind) ? makers[kind] : undefined;
  if (make === undefined) {
    const near = nearestName(kind, kinds);
    const wanted = kinds.map((one) => `${one}=URL`).join(', ');
    const fix = near === undefined ? `such as ${kinds[0]}=http://localhost:9428` : `did you mean ${near}?`;
    throw new OtelEventsError('OPTION_INVALID', `--store: wanted ${wanted}`, { fix });
  }
  const given = URL.parse(address);
  if (given === null || !/^https?:$/.test(given.protocol))
    throw new OtelEventsError('OPTION_INVALID', `--store: ${kind} wants an http or https URL`, {
      fix: `such as ${kind}=http://localhost:9428`,
    });
  const { url, authorization } = takeCredentials(given);
  [url.search, url.hash] = ['', ''];
  return make({ kind, url, headers: authorization === undefined ? headers : { authorization, ...headers } });
}
