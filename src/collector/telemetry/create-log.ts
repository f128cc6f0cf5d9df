import { escapeControls } from '../../escape-controls.ts';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../log.ts';
import type { FieldValue, LogSettings } from './logs-shape.ts';

/** What a line looks like. */
export type LogFormat = Pick<LogSettings, 'level' | 'encoding' | 'initialFields'> & {
  /** Of lines of JSON: which collector wrote them. */
  readonly resource: ReadonlyMap<string, string> | undefined;
};

type Fields = readonly (readonly [name: string, value: FieldValue])[];

/** What a line of JSON has already. */
const RESERVED = new Set(['level', 'ts', 'msg', 'resource']);

/**
 * A log of lines such as `2026-01-31T12:00:00.000Z WARN export fails exporter=file error="disk full"`, or the same in JSON, with
 * the keys of the OpenTelemetry Collector.
 */
export function createLog(format: LogFormat, write: (line: string) => void): Log {
  const from = LOG_LEVELS.indexOf(format.level);
  const line = format.encoding === 'json' ? jsonLine : textLine;
  return (level, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) >= from) write(escapeControls(line(format, level, message, fields)));
  };
}

/** What exporters that show data write: in a log of JSON, lines of JSON. */
export function shownLines(format: LogFormat, write: (line: string) => void): (line: string) => void {
  if (format.encoding === 'console') return write;
  return (line) => write(escapeControls(jsonLine(format, 'info', line, {})));
}

function textLine({ initialFields }: LogFormat, level: LogLevel, message: string, fields: LogFields): string {
  const pairs = [...initialFields, ...Object.entries(fields)].map(
    ([name, value]) =>
      ` ${name}=${typeof value === 'object' ? JSON.stringify(value) : quoted(String(value))}`,
  );
  return `${new Date().toISOString()} ${level.toUpperCase()} ${message}${pairs.join('')}`;
}

function jsonLine(
  { initialFields, resource }: LogFormat,
  level: LogLevel,
  message: string,
  fields: LogFields,
): string {
  const about: Fields = resource === undefined ? [] : [['resource', Object.fromEntries(resource)]];
  const initial = [...initialFields].filter(([name]) => !RESERVED.has(name));
  const all: Fields = [
    ['level', level],
    ['ts', new Date().toISOString()],
    ['msg', message],
    ...initial,
    ...about,
    ...Object.entries(fields),
  ];
  return JSON.stringify(Object.fromEntries(all));
}

/** A value with spaces or anything else that would break the line is written as a JSON string. */
function quoted(value: string): string {
  return /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
}
