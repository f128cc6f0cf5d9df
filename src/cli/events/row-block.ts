import { escapeControls } from '../../escape-controls.ts';
import type { Paint } from '../../exporters/terminal-line.ts';
import type { Row } from '../../viewer/store/event-store.ts';
import { flatTexts } from '../../viewer/store/table/flat-attributes.ts';
import { durationText, localClock, localDay } from './local-time.ts';
import { paintSeverity } from './row-line.ts';
import { severityWord } from './severity-word.ts';

/** All of a row, a field a line, by the names that queries use. */
export function rowBlock(row: Row, paint: Paint): string {
  const { timeMs, severity, durationMs, body } = row;
  const word = severityWord(severity) || row.kind.toUpperCase();
  const title = `${localDay(timeMs)} ${localClock(timeMs)} ${paintSeverity(paint, row, word)} ${paint('bold', escapeControls(row.name))}`;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['duration', durationMs === undefined ? undefined : durationText(durationMs)],
    ['status', row.status],
    ['body', body === undefined || body === row.name ? undefined : textOf(body)],
    ...flatTexts(row.attributes),
    ['trace', row.traceId],
    ['span', row.spanId],
    ['parent', row.parentSpanId],
    ['scope', row.scope === '' ? undefined : row.scope],
    ...flatTexts(row.resource).map(([name, text]) => [`resource.${name}`, text] as const),
  ];
  const lines = fields.flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [`  ${paint('dim', escapeControls(name))}  ${indented(text)}`],
  );
  return [title, ...lines].join('\n');
}

/** A stack keeps its lines. */
function indented(text: string): string {
  return text.split('\n').map(escapeControls).join('\n    ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
