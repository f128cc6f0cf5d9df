/** A count in words: `1 record`, `2 records`. @param plural - default: with an s at the end */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
