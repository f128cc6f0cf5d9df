/**
 * What an attribute of a record can hold: the AnyValue of OTLP as plain JavaScript. `null` is the empty
 * value, a `Uint8Array` is bytes, whole numbers become int64 and others double.
 * @see OpenTelemetry specification, "common/#anyvalue"
 */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

/** Attributes of a record, a span or a resource, by name. */
export type AttributeMap = { readonly [key: string]: AttributeValue };
