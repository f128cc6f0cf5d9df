import type { Row } from '../store/event-store.ts';
import { isError } from './row-field.ts';

/** A line of the waterfall: a span, or an event or log on one. */
export interface TraceLine {
  readonly row: Row;
  readonly depth: number;
  /** Spans and events below it. */
  readonly below: number;
  /** Errors below it, so that a closed one does not hide them. */
  readonly errorsBelow: number;
  /** Events right on this span, to be drawn as marks on its bar. */
  readonly marks: readonly Row[];
  readonly isClosed: boolean;
}

interface Branch {
  readonly row: Row;
  children: Branch[];
  parent?: Branch | undefined;
}

/**
 * The lines of a trace in the order of a tree; what is below a closed span is left out. A span whose parent is not there
 * stands at the top, and a loop of parents is cut.
 */
export function spanTree(rows: readonly Row[], closed: ReadonlySet<string>): TraceLine[] {
  const lines: TraceLine[] = [];
  for (const branch of sorted(topOf(branchesOf(rows)))) addLines(branch, closed, lines);
  return lines;
}

function branchesOf(rows: readonly Row[]): Branch[] {
  const bySpan = new Map<string, Branch>();
  const branches = rows.map((row): Branch => {
    const branch = { row, children: [] };
    if (row.kind === 'span' && row.spanId) bySpan.set(row.spanId, branch);
    return branch;
  });
  for (const branch of branches) {
    const { kind, spanId, parentSpanId } = branch.row;
    branch.parent = bySpan.get((kind === 'span' ? parentSpanId : spanId) ?? '');
    branch.parent?.children.push(branch);
  }
  return branches;
}

/** Those without a parent, and one of each loop of parents, which then has none. */
function topOf(branches: readonly Branch[]): Branch[] {
  const top = branches.filter(({ parent }) => parent === undefined);
  const seen = new Set<Branch>();
  for (const branch of top) for (const below of allOf(branch)) seen.add(below);
  for (const branch of branches) {
    if (seen.has(branch)) continue;
    if (branch.parent) branch.parent.children = branch.parent.children.filter((child) => child !== branch);
    for (const below of allOf(branch)) seen.add(below);
    top.push(branch);
  }
  return top;
}

/** Its own stack, since a trace may be thousands of spans deep. */
function addLines(root: Branch, closed: ReadonlySet<string>, lines: TraceLine[]): void {
  const sums = countBelow(root);
  const stack: [Branch, number][] = [[root, 0]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [{ row, children }, depth] = next;
    const isClosed = closed.has(row.id);
    const { below = 0, errors = 0 } = sums.get(row.id) ?? {};
    const marks = children.filter(({ row: one }) => one.kind !== 'span').map(({ row: one }) => one);
    lines.push({ row, depth, below, errorsBelow: errors, marks, isClosed });
    if (!isClosed) for (const child of sorted(children).toReversed()) stack.push([child, depth + 1]);
  }
}

function countBelow(root: Branch): Map<string, { below: number; errors: number }> {
  const sums = new Map<string, { below: number; errors: number }>();
  for (const { row, children } of allOf(root).toReversed()) {
    let below = 0;
    let errors = 0;
    for (const child of children) {
      const inner = sums.get(child.row.id);
      below += 1 + (inner?.below ?? 0);
      errors += (isError(child.row) ? 1 : 0) + (inner?.errors ?? 0);
    }
    sums.set(row.id, { below, errors });
  }
  return sums;
}

/** A branch and all below it, each above its own. */
function allOf(root: Branch): Branch[] {
  const all = [root];
  for (let at = 0; at < all.length; at++) for (const child of (all[at] as Branch).children) all.push(child);
  return all;
}

function sorted(branches: readonly Branch[]): Branch[] {
  return branches.toSorted((a, b) => a.row.timeMs - b.row.timeMs);
}
