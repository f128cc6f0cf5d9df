import { escapeControls } from '../escape-controls.ts';
import { plain } from '../formats/plain.ts';
import { styleText } from '../node-util.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { type ReadEvent, readEvent } from '../otlp/event/read-event.ts';

type Style = Parameters<typeof styleText>[0];

/** Text in a style, or as it is. */
export type Paint = (style: Style, text: string) => string;

/** More of an event's data is cut: a line is for people. */
const MAX_DATA_LENGTH = 2000;
const ERROR = 17;
const WARN = 13;

/** Colours for a terminal that has them, unless the environment says `NO_COLOR`. */
export function paintFor(
  stream: { readonly isTTY?: boolean | undefined; getColorDepth?(): number },
  env: NodeJS.ProcessEnv,
): Paint {
  const isPlain = stream.isTTY !== true || Boolean(env.NO_COLOR) || stream.getColorDepth?.() === 1;
  return isPlain ? (_, text) => text : (style, text) => styleText(style, text, { validateStream: false });
}

/**
 * An event for people: time, name, category, tags, user, data and duration; what went wrong follows on a
 * second line. Nothing in the event can start a line or move the cursor.
 */
export function terminalLine(record: EventRecord, paint: Paint): string {
  const event = readEvent(record);
  const { category, tags, userId, times } = event;
  const time = new Date(Number(record.timeUnixNano / 1_000_000n)).toISOString();
  const parts = [
    paint('dim', time),
    paint(nameStyle(record.severityNumber), escapeControls(event.name)),
    ...(category === undefined ? [] : [paint('magenta', `[${escapeControls(category)}]`)]),
    ...tags.map((tag) => paint('magenta', `#${escapeControls(tag)}`)),
    ...(userId === undefined ? [] : [paint('blue', `user=${escapeControls(userId)}`)]),
    ...dataOf(event),
    ...(times === undefined ? [] : [paint('yellow', duration(times.duration))]),
  ];
  return [parts.join(' '), ...errorLine(event, paint)].join('\n');
}

function nameStyle(severity: number): Style {
  if (severity >= ERROR) return ['bold', 'red'];
  return severity >= WARN ? ['bold', 'yellow'] : ['bold', 'cyan'];
}

function dataOf({ data }: ReadEvent): readonly string[] {
  const text = escapeControls(JSON.stringify(plain(data)));
  if (text === '{}') return [];
  const more = text.length - MAX_DATA_LENGTH;
  return [more > 0 ? `${text.slice(0, MAX_DATA_LENGTH)}… (${more} more)` : text];
}

function duration(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toFixed(1))}ms` : `${Number(seconds.toFixed(2))}s`;
}

function errorLine({ error }: ReadEvent, paint: Paint): readonly string[] {
  if (error === undefined) return [];
  return [paint('red', `  ${escapeControls(error.type)}: ${escapeControls(error.message)}`)];
}
