/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers are easier to compare when they end below each other. */
  readonly alignRight?: boolean;
}

/** The lines of a table whose columns are aligned, titles first. */
export function toTable(columns: readonly Column[], given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(printable));
  const widths = columns.map(({ title }, index) =>
    rows.reduce((width, row) => Math.max(width, (row[index] ?? '').length), title.length),
  );
  return [columns.map(({ title }) => title), ...rows].map((row) =>
    columns
      .map(({ alignRight = false }, index) => {
        const [cell, width] = [row[index] ?? '', widths[index] ?? 0];
        return alignRight ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Names come from outside: none may move the cursor of a terminal or break the line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
}
