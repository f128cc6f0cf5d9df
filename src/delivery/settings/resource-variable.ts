/** What `OTEL_RESOURCE_ATTRIBUTES` holds. */
export interface ResourceVariable {
  readonly attributes: readonly (readonly [key: string, value: string])[];
  /** Numbers, from 1, of the entries that are not `key=value`; they are left out. */
  readonly malformed: readonly number[];
  /** Of those whose percent-encoding is broken; they are taken as they stand. */
  readonly undecoded: readonly number[];
}

/**
 * Reads `key=value` pairs with commas between them, percent-encoded.
 * @see OpenTelemetry specification, "resource/sdk/#specifying-resource-information-via-an-environment-variable"
 */
export function resourceVariable(env: NodeJS.ProcessEnv): ResourceVariable {
  const attributes: (readonly [string, string])[] = [];
  const malformed: number[] = [];
  const undecoded: number[] = [];
  for (const [index, pair] of (env.OTEL_RESOURCE_ATTRIBUTES ?? '').split(',').entries()) {
    // A comma at the end, or a variable without anything.
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const parts = [pair.slice(0, Math.max(0, at)), pair.slice(at + 1)].map((part) => part.trim());
    const [key, value] = parts.map(decode);
    if (!parts[0]) malformed.push(index + 1);
    else attributes.push([key ?? (parts[0] as string), value ?? (parts[1] as string)]);
    if (parts[0] && (key === undefined || value === undefined)) undecoded.push(index + 1);
  }
  return { attributes, malformed, undecoded };
}

/** Undefined for a lone `%`. */
function decode(part: string): string | undefined {
  const unquoted = part.replace(/^"(.*)"$/, '$1');
  try {
    return decodeURIComponent(unquoted);
  } catch {
    return undefined;
  }
}
