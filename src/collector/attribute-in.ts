import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';

/** The value of an attribute, in the first of these messages that has it; undefined if none has. */
export function attributeIn(key: string, messages: readonly OtlpObject[]): OtlpObject | undefined {
  for (const { attributes } of messages) {
    const found = (attributes as OtlpObject[] | undefined)?.find((attribute) => attribute.key === key);
    if (found !== undefined) return (found.value as OtlpObject | undefined) ?? {};
  }
  return undefined;
}
