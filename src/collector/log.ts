import { escapeControls } from '../escape-controls.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** From which level on the collector logs. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes one line about what the collector does; never about what is in the data. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;
export type LogFields = Readonly<Record<string, string | number>>;

/** A log of lines such as `WARN exporter fails exporter=otlp_http error="…"`, from `least` upwards. */
export function createLog(least: LogLevel, write: (line: string) => void): Log {
  const from = LOG_LEVELS.indexOf(least);
  return (level, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < from) return;
    const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${quoted(String(value))}`);
    write(escapeControls(`${level.toUpperCase()} ${message}${pairs.join('')}`));
  };
}

/** A value with spaces or anything else that would break the line is written as a JSON string. */
function quoted(value: string): string {
  return /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
}
