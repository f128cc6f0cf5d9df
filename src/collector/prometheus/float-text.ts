/**
 * A number as Go's `%g` writes it with the fewest digits, which is how all of Prometheus writes numbers: `1e+06`, `0.5`, `+Inf`.
 * @see https://pkg.go.dev/strconv#FormatFloat
 */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  // From six digits before the point Go uses an exponent; JavaScript does so later.
  if (magnitude < 1e6 && magnitude >= 1e-4) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** The same for OpenMetrics, where a number that is no count has a point or an exponent: `1.0`. */
export function pointedFloatText(value: number): string {
  const text = floatText(value);
  return /[.eNI]/.test(text) ? text : `${text}.0`;
}
