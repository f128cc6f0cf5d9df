/**
 * Lines of at most `width` characters, each with `indent` in front. Parts stay whole where they fit into a line, with
 * `gap` between them; what is longer is broken at its spaces, and a word that is longer than a line stays whole.
 */
export function wrapParts(parts: readonly string[], width: number, indent: string, gap: string): string[] {
  const lines: string[] = [];
  let line = '';
  const add = (part: string, between: string): void => {
    if (line !== '' && indent.length + line.length + between.length + part.length > width) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? part : between + part;
  };
  for (const part of parts) {
    const [first = '', ...rest] = indent.length + part.length > width ? part.split(' ') : [part];
    add(first, gap);
    for (const word of rest) add(word, ' ');
  }
  return line === '' ? lines : [...lines, indent + line];
}
