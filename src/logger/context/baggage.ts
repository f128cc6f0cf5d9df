import { type Context, propagation } from '@opentelemetry/api';
import { setOwn } from '../../otlp/values/set-own.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The entries of the W3C Baggage in an OTel context that are on a list; undefined if there are none.
 * @see W3C Baggage; OpenTelemetry specification, "baggage/api"
 */
export function baggageFields(
  context: Context,
  allowed: readonly string[],
): Record<string, string> | undefined {
  const fields: Record<string, string> = {};
  try {
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined) return undefined;
    for (const key of allowed) {
      const entry = baggage.getEntry(key);
      if (entry !== undefined) setOwn(fields, key, entry.value);
    }
  } catch {
    // Another library's baggage: what could be read of it counts.
  }
  return Object.keys(fields).length === 0 ? undefined : fields;
}

/** The OTel context with the fields on the list as baggage, so that requests made in it carry them on. */
export function withBaggage(context: Context, allowed: readonly string[], fields: Fields): Context {
  let baggage = propagation.getBaggage(context) ?? propagation.createBaggage();
  for (const key of allowed) {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (typeof value === 'string' || typeof value === 'number') {
      baggage = baggage.setEntry(key, { value: String(value) });
    }
  }
  return propagation.setBaggage(context, baggage);
}
