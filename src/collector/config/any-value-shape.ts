import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import type { ConfigNode } from './config-node.ts';
import type { Shape } from './shape.ts';

/** Any value, as an `AnyValue` message: whole numbers are ints. */
export const anyValueShape: Shape<OtlpObject> = { read: toAnyValue };

function toAnyValue(node: ConfigNode): OtlpObject {
  if (node.kind === 'list') return { arrayValue: messageOf(node.items.map(toAnyValue)) };
  if (node.kind === 'map') {
    return {
      kvlistValue: messageOf(
        [...node.entries].map(([key, entry]) => ({ key, value: toAnyValue(entry.node) })),
      ),
    };
  }
  const { value } = node;
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function messageOf(values: OtlpObject[]): OtlpObject {
  return values.length === 0 ? {} : { values };
}
