import { escapeControls } from '../../escape-controls.ts';
import { type Paint, paintFor } from '../../exporters/terminal-line.ts';
import type { Row } from '../../viewer/store/event-store.ts';
import type { Output } from '../output/output.ts';
import { durationText } from './local-time.ts';
import { paintSeverity } from './row-line.ts';
import { severityWord } from './severity-word.ts';

const BAR_WIDTH = 20;
const TIME_WIDTH = 9;

interface Node {
  readonly row: Row;
  readonly children: Node[];
}

/** Prints the rows of a trace below each other's spans, with where in the trace each one was. */
export async function printTrace(output: Output, rows: readonly Row[]): Promise<void> {
  const fromMs = Math.min(...rows.map(({ timeMs }) => timeMs));
  const toMs = Math.max(
    ...rows.map(({ timeMs, kind, durationMs = 0 }) => timeMs + (kind === 'span' ? durationMs : 0)),
  );
  const trace = {
    fromMs,
    lengthMs: toMs - fromMs,
    paint: paintFor(process.stdout, process.env),
    width: output.width,
  };
  // Where all are of one service nobody has to be told.
  const [first] = rows;
  const only = rows.every(({ service }) => service === first?.service) ? first?.service : undefined;
  for (const node of treeOf(rows)) await printNode(output, node, { depth: 0, service: only }, trace);
}

interface Trace {
  readonly fromMs: number;
  readonly lengthMs: number;
  readonly paint: Paint;
  readonly width: number;
}

/** Spans below their parents, events and logs below their spans; what has none that is there stands at the left. */
function treeOf(rows: readonly Row[]): Node[] {
  const nodes = rows.map((row): Node => ({ row, children: [] }));
  const spans = new Map(nodes.flatMap((node) => (node.row.kind === 'span' ? [[node.row.spanId, node]] : [])));
  const roots: Node[] = [];
  for (const node of nodes) {
    const { kind, spanId, parentSpanId } = node.row;
    const above = spans.get(kind === 'span' ? parentSpanId : spanId);
    // Spans that name each other as parents would never be shown.
    if (above === undefined || isBelow(above, node, spans)) roots.push(node);
    else above.children.push(node);
  }
  return roots;
}

function isBelow(node: Node, above: Node, spans: ReadonlyMap<string | undefined, Node>): boolean {
  const seen = new Set<Node>();
  for (
    let at: Node | undefined = node;
    at !== undefined && !seen.has(at);
    at = spans.get(at.row.parentSpanId)
  ) {
    if (at === above) return true;
    seen.add(at);
  }
  return false;
}

/** Where a row stands, and of which service the one above it is. */
interface Place {
  readonly depth: number;
  readonly service: string | undefined;
}

async function printNode(output: Output, { row, children }: Node, place: Place, trace: Trace): Promise<void> {
  await output.painted(nodeLine(row, place, trace));
  const below = { depth: place.depth + 1, service: row.service };
  for (const child of children) await printNode(output, child, below, trace);
}

/** `+12.3 ms  ▕  ███   ▏ name  4.1 ms`, and the service where it is another than above. */
function nodeLine(row: Row, { depth, service }: Place, { fromMs, lengthMs, paint, width }: Trace): string {
  const { kind, durationMs, name, status, severity } = row;
  const at = `+${durationText(row.timeMs - fromMs)}`.padStart(TIME_WIDTH);
  const label = escapeControls(name === '' ? '(log)' : name);
  const isSpan = kind === 'span';
  const told = isSpan ? durationText(durationMs ?? 0) : severityWord(severity);
  const other =
    row.service === service || row.service === '' ? '' : `  service=${escapeControls(row.service)}`;
  const end = `${told}${status === 'error' ? ' error' : ''}${other}`;
  const room = width - TIME_WIDTH - BAR_WIDTH - 4 - 2 * depth - end.length - 2;
  const shown = label.length > room ? `${label.slice(0, Math.max(room - 1, 0))}…` : label;
  const bar = barOf(row.timeMs - fromMs, isSpan ? (durationMs ?? 0) : undefined, lengthMs);
  return `${paint('dim', at)} ▏${paintSeverity(paint, row, bar)}▕ ${'  '.repeat(depth)}${isSpan ? paint('bold', shown) : shown}  ${end}`;
}

function barOf(startMs: number, durationMs: number | undefined, lengthMs: number): string {
  const scale = lengthMs > 0 ? BAR_WIDTH / lengthMs : 0;
  const from = Math.min(Math.floor(startMs * scale), BAR_WIDTH - 1);
  if (durationMs === undefined) return `${' '.repeat(from)}◆`.padEnd(BAR_WIDTH);
  const length = Math.max(1, Math.min(Math.round(durationMs * scale), BAR_WIDTH - from));
  return `${' '.repeat(from)}${'█'.repeat(length)}`.padEnd(BAR_WIDTH);
}
