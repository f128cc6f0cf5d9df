/**
 * The name of a label for Prometheus: `http_method` of the attribute `http.method`. Each character that a label cannot
 * have is an underscore; `key_` stands before a digit.
 * @returns undefined if nothing is left but underscores
 */
export function labelName(key: string): string | undefined {
  const name = key.replace(/[^a-zA-Z0-9]/gu, '_');
  return /^_*$/.test(name) ? undefined : /^\d/.test(name) ? `key_${name}` : name;
}
