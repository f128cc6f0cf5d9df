/**
 * What makes a text more than its characters: what is to be quoted, and as the first character what a program for tables takes for
 * a formula, and runs, in the widths of East Asian keyboards too (OWASP, "CSV Injection").
 */
const SPECIAL = /^[=+\-@\t\uFF0B\uFF0D\uFF1D\uFF20]|[",\r\n]/;

const FORMULA = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;

/** A cell of RFC 4180: a text that a program would run is marked as a text, maps and lists are JSON, nothing is empty. */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // Most texts are neither.
  if (!SPECIAL.test(text)) return text;
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
