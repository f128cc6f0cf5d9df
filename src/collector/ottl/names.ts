/** How fields and editors are written. */
export function isPathName(word: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(word);
}

/** How enums are written, and some functions. */
export function isEnumName(word: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(word);
}
