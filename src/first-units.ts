/** The beginning of a text of at most so many UTF-16 code units; no character is torn. */
export function firstUnits(text: string, count: number): string {
  if (text.length <= count) return text;
  return text.slice(0, isInsidePair(text, count) ? count - 1 : count);
}

function isInsidePair(text: string, at: number): boolean {
  return (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
