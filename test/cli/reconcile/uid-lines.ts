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

/** Posts lines of OTLP/JSON to a collector or a store. */
export async function postLines(url: string, lines: string): Promise<void> {
  for (const body of lines.split('\n').filter((each) => each !== '')) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  }
}
