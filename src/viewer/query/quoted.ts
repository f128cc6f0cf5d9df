/** A text between quotation marks, as a query has it: it is read as it is, whatever it holds. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
