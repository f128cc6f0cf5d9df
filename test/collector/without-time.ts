import assert from 'node:assert/strict';

/** A line of the collector's log, without the time with which it has to begin; what is no line of it stays. */
export function withoutTime(line: string): string {
  const [, time = '', rest = line] = /^(\S+) ((?:DEBUG|INFO|WARN|ERROR) .*)$/s.exec(line) ?? [];
  if (rest !== line) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.doesNotMatch(line, /^(DEBUG|INFO|WARN|ERROR) /, 'a line without a time');
  return rest;
}
