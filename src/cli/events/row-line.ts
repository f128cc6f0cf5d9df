import { escapeControls } from '../../escape-controls.ts';
import type { Paint } from '../../exporters/terminal-line.ts';
import { isOfRequest } from '../../otlp/values/is-of-request.ts';
import type { Row } from '../../viewer/store/event-store.ts';
import { flatTexts } from '../../viewer/store/table/flat-attributes.ts';
import { durationText, localClock, localDay } from './local-time.ts';
import { severityWord } from './severity-word.ts';

/** How rows are shown. */
export interface RowStyle {
  readonly paint: Paint;
  /** In characters; what is longer is cut. */
  readonly width: number;
  /** Whether the day stands in each line. */
  readonly hasDay: boolean;
}

/** What tells an event to machines, or is shown in another way. A span has maps as texts of JSON. */
const LEFT_OUT =
  /^(?:log\.record\.uid|event\.(?:schema|data|time)\..*|event\.(?:context|session)(?:\..*)?|event\.(?:start|end|duration)|exception\.stacktrace|session\.previous_id)$/;

/** These first. */
const FIRST = ['error.type', 'exception.type', 'user.id'];

const SEVERITY_WIDTH = 5;

/** So that what follows names of the usual length stands below each other. */
const NAME_WIDTH = 18;

/** A row on one line: time, severity, name, and what it is about. */
export function rowLine(row: Row, { paint, width, hasDay }: RowStyle): string {
  const day = hasDay ? `${localDay(row.timeMs)} ` : '';
  const time = `${day}${localClock(row.timeMs)}`;
  const word = severityWord(row.severity) || (row.kind === 'span' ? 'SPAN' : '');
  const name = escapeControls(row.name === '' ? '(log)' : row.name).padEnd(NAME_WIDTH);
  const head = time.length + SEVERITY_WIDTH + 4;
  const details = cut(detailsOf(row).map(escapeControls).join('  '), width - head - name.length);
  return [
    paint('dim', time),
    paintSeverity(paint, row, word.padEnd(SEVERITY_WIDTH)),
    paint('bold', cut(name, width - head + 2)),
    ` ${details}`,
  ]
    .join(' ')
    .trimEnd();
}

export function paintSeverity(paint: Paint, { severity, status }: Row, text: string): string {
  if (severity >= 17 || status === 'error') return paint('red', text);
  if (severity >= 13) return paint('yellow', text);
  return paint('cyan', text);
}

function detailsOf(row: Row): string[] {
  const said = saidBy(row);
  const attributes = flatTexts(row.attributes)
    .filter(([name, text]) => !LEFT_OUT.test(name) && !isSaidBefore(row, said, name, text))
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([name, text]) => `${name}=${text}`);
  return [
    ...(row.status === 'error' ? ['status=error'] : []),
    ...(row.durationMs === undefined ? [] : [durationText(row.durationMs)]),
    ...(said === undefined ? [] : [said]),
    ...attributes,
    ...(row.service === '' ? [] : [`service=${row.service}`]),
  ];
}

/** A message, else what went wrong. The body of an event is its name when the app gave no message. */
function saidBy({ body, name, attributes }: Row): string | undefined {
  if (body !== undefined && body !== name) return typeof body === 'string' ? body : JSON.stringify(body);
  const failure = attributes['exception.message'];
  return typeof failure === 'string' && failure !== '' ? failure : undefined;
}

function isSaidBefore(row: Row, said: string | undefined, name: string, text: string): boolean {
  if (name === 'exception.message') return text === said;
  return name === 'exception.type' && text === row.attributes['error.type'];
}

function rank(name: string): number {
  const first = FIRST.indexOf(name);
  if (first !== -1) return first;
  if (name === 'session.id') return FIRST.length + 1;
  return isOfRequest(name) ? FIRST.length + 2 : FIRST.length;
}

/** Nothing where there is room for nothing. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 2 ? '' : `${text.slice(0, width - 1)}…`;
}
