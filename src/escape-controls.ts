/** Control characters, line and paragraph separators, what changes the direction of text, halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text in which nothing moves the cursor, starts a line or hides what follows: written as `\u001b`. JSON stays
 * the same JSON.
 */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for a text of several lines, whose line breaks are ours: JSON that is indented, a message about a file. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}
