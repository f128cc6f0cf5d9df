import type { OtlpObject, OtlpValue } from './decode-protobuf.ts';
import type { Message } from './message.ts';

/**
 * A request with only some of the log records, spans or data points of a decoded one, and all that surrounds these: what else
 * there is of resources and scopes is shared with it.
 * @param from - index of the first, in the order in which they stand
 * @param to - index behind the last
 */
export function pickItems(message: Message, value: OtlpObject, from: number, to: number): OtlpObject {
  return pick(message, value, { at: 0, from, to });
}

interface Range {
  /** How many have been passed. */
  at: number;
  readonly from: number;
  readonly to: number;
}

function pick(message: Message, value: OtlpObject, range: Range): OtlpObject {
  const picked: { [name: string]: OtlpValue } = { ...value };
  for (const { name, type, counted } of message.fields) {
    const field = value[name];
    if (field === undefined || typeof type !== 'object' || !(counted || type.holdsItems)) continue;
    if (!Array.isArray(field)) picked[name] = pick(type, field as OtlpObject, range);
    else if (counted) picked[name] = field.filter(() => isIn(range));
    else {
      const parts = field.map((part) => pickFrom(type, part as OtlpObject, range));
      picked[name] = parts.filter((part) => part !== undefined);
    }
  }
  return picked;
}

/** @returns undefined if nothing of it is picked */
function pickFrom(type: Message, part: OtlpObject, range: Range): OtlpObject | undefined {
  const start = range.at;
  const picked = pick(type, part, range);
  return Math.max(start, range.from) < Math.min(range.at, range.to) ? picked : undefined;
}

function isIn(range: Range): boolean {
  const index = range.at++;
  return index >= range.from && index < range.to;
}
