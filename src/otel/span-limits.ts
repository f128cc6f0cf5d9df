import type { Span } from '@opentelemetry/api';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import { IDENTIFIERS } from '../otlp/values/event-attributes.ts';
import { limitAttributes } from '../otlp/values/limit-values.ts';

/**
 * What is read of an SDK's span beside its API. There is no public way to ask for its limits; the fields are the same
 * in 1.x, 2.x and 3.x, and without them a span is taken for one without limits.
 */
export interface SdkSpan extends Span {
  readonly attributes?: object;
  readonly events?: readonly { readonly attributes?: object | undefined }[];
  readonly _spanLimits?: { readonly attributeValueLengthLimit?: number };
}

/** How long values on this span may be; undefined: there is no limit. */
export function valueLimitOf(span: Span): number | undefined {
  const limit = (span as SdkSpan)._spanLimits?.attributeValueLengthLimit;
  return limit !== undefined && limit > 0 && limit < Number.POSITIVE_INFINITY ? limit : undefined;
}

/** Attributes cut for a span before its SDK does, which would tear characters. */
export function fitToSpan<T extends object>(span: Span, attributes: T): T {
  const limit = valueLimitOf(span);
  return limit === undefined ? attributes : (limitAttributes(attributes as AttributeMap, limit) as T);
}

/** Puts identifiers of ours back that an SDK has cut: who joins events and spans finds none otherwise. */
export function restoreIdentifiers(kept: object | undefined, given: AttributeMap): void {
  if (kept === undefined) return;
  for (const name of IDENTIFIERS) {
    const value = given[name];
    const cut = (kept as Record<string, unknown>)[name];
    // Nothing where the span has no place for the attribute at all.
    if (cut !== undefined && cut !== value && value !== undefined) Reflect.set(kept, name, value);
  }
}
