import { type LineEvent, line } from '../../viewer/files/event-lines.ts';

/** The id of the event with a number. */
export function uidOf(number: number): string {
  return `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** An event with the id of a number. @param at - seconds behind the start of all such lines */
export function numbered(number: number, name = 'page.viewed', at = number): LineEvent {
  return { name, at, attributes: { 'log.record.uid': uidOf(number), 'user.id': `u${number}` } };
}

/** Lines of so many events each, as a file holds them. */
export function linesOfEvents(events: readonly LineEvent[], perLine = 10): string {
  let text = '';
  for (let at = 0; at < events.length; at += perLine) text += `${line(...events.slice(at, at + perLine))}\n`;
  return text;
}
