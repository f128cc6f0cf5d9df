/** Renders rows of equal keys as a Markdown table that also reads well as text. */
export function markdownTable(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((column) =>
    Math.max(...[column, ...rows.map((row) => row[column] ?? '')].map(width)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => pad(cell, widths[index] as number, index > 0)).join(' | ')} |`;
  // Names to the left, figures to the right.
  const rule = widths.map((length, index) =>
    index === 0 ? '-'.repeat(length) : `${'-'.repeat(length - 1)}:`,
  );
  return [line(columns), line(rule), ...rows.map((row) => line(Object.values(row)))].join('\n');
}

function pad(text: string, length: number, right: boolean): string {
  const spaces = ' '.repeat(length - width(text));
  return right ? spaces + text : text + spaces;
}

/** Our signs are all one column wide, some are two code units. */
function width(text: string): number {
  return [...text].length;
}
