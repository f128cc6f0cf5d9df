import { OtelEventsError } from '../../errors.ts';
import { isPlainObject } from '../../is-plain-object.ts';
import type { Signal } from '../../otlp/wire/batch.ts';
import { LIST_NAMES } from '../../otlp/wire/list-names.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';

type Json = Readonly<Record<string, unknown>>;

/** What is good of a request. */
export interface GoodRecords {
  readonly request: OtlpRequest;
  /** Records that are no OTLP. */
  readonly bad: number;
}

/**
 * Of a request that cannot be read as a whole, the records that can be by themselves. Undefined: there are none, or it is no
 * JSON.
 */
export function goodRecords(signal: Signal, bytes: Buffer): GoodRecords | undefined {
  const body = parsed(bytes);
  const { resources, scopes, records } = LIST_NAMES[signal];
  let bad = 0;
  const good = itemsIn(body, resources).map((resource) => ({
    ...resource,
    [scopes]: itemsIn(resource, scopes).map((scope) => {
      const all = Array.isArray(scope[records]) ? scope[records] : [];
      const own = all.filter((record) => {
        const alone = { ...scope, [records]: [record] };
        return read(signal, { [resources]: [{ ...resource, [scopes]: [alone] }] }) !== undefined;
      });
      bad += all.length - own.length;
      return { ...scope, [records]: own };
    }),
  }));
  const request = bad === 0 ? undefined : read(signal, { [resources]: good });
  return request === undefined || request.count === 0 ? undefined : { request, bad };
}

function itemsIn(holder: unknown, list: string): Json[] {
  const items = isPlainObject(holder) ? (holder as Json)[list] : undefined;
  return Array.isArray(items) ? (items.filter(isPlainObject) as Json[]) : [];
}

function read(signal: Signal, body: Json): OtlpRequest | undefined {
  try {
    return OtlpRequest.read(signal, 'json', Buffer.from(JSON.stringify(body)));
  } catch (error) {
    if (error instanceof OtelEventsError && error.code === 'OTLP_INVALID') return undefined;
    throw error;
  }
}

/** With integers that no number holds as texts, which OTLP/JSON takes as well. */
function parsed(bytes: Buffer): unknown {
  const exact = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
    Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? context?.source
      : value;
  try {
    return JSON.parse(bytes.toString(), exact as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}
