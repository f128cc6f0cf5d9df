/** A value of decoded OTLP/JSON. */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

/** An attribute of decoded OTLP/JSON. */
export interface KeyValue {
  readonly key?: string;
  readonly value?: AnyValue;
}

/** An int64 as a number where that is exact, else as the text it is. */
export function exactInteger(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
