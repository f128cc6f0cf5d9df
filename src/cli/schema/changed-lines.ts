/** Beyond so many pairs of lines the parts that differ are shown as a whole. */
const MAX_PAIRS = 4_000_000;

/** What turns one text into another, line by line: `-` goes, `+` comes, `@` says where. Empty if they are the same. */
export function changedLines(before: string, after: string): string[] {
  const [old, young] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < young.length && old[start] === young[start]) start++;
  let end = 0;
  const most = Math.min(old.length, young.length) - start;
  while (end < most && old.at(-1 - end) === young.at(-1 - end)) end++;
  const [gone, come] = [old.slice(start, old.length - end), young.slice(start, young.length - end)];
  if (gone.length === 0 && come.length === 0) return [];
  const isLong = gone.length * come.length > MAX_PAIRS;
  const changes = isLong ? [...gone.map(minus), ...come.map(plus)] : merged(gone, come);
  return [`@ line ${start + 1}`, ...changes];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split(/\r?\n/);
}

function minus(line: string): string {
  return `-${line}`;
}

function plus(line: string): string {
  return `+${line}`;
}

/** By the longest common subsequence; lines that stay are shown too. */
function merged(gone: readonly string[], come: readonly string[]): string[] {
  const width = come.length + 1;
  const common = new Uint32Array((gone.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = gone.length - 1; row >= 0; row--) {
    for (let column = come.length - 1; column >= 0; column--) {
      const isSame = gone[row] === come[column];
      const longest = Math.max(at(row + 1, column), at(row, column + 1));
      common[row * width + column] = isSame ? at(row + 1, column + 1) + 1 : longest;
    }
  }
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < gone.length || column < come.length) {
    const [left = '', right = ''] = [gone[row], come[column]];
    if (row < gone.length && column < come.length && left === right) {
      lines.push(` ${left}`);
      row++;
      column++;
    } else if (column === come.length || (row < gone.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(minus(left));
      row++;
    } else {
      lines.push(plus(right));
      column++;
    }
  }
  return lines;
}
