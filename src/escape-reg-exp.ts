/** A text as a pattern that matches just that text, for JavaScript and for the RE2 of collectors and stores. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
