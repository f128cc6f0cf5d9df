import { StatementFailure } from './failure.ts';

/** As many zones as there may be in one configuration, and in what senders write behind their times. */
const MAX_ZONES = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * How many seconds the clocks of a time zone are ahead of UTC at a moment.
 * @param zone - its name in the IANA database
 * @throws StatementFailure for a zone that is not known
 */
export function offsetSecondsAt(zone: string, unixMs: number): number {
  if (zone === 'UTC' || zone === 'GMT' || zone === '') return 0;
  const parts = formatOf(zone).formatToParts(unixMs);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return Math.round((shown - Math.floor(unixMs / 1_000) * 1_000) / 1_000);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  let made: Intl.DateTimeFormat;
  try {
    made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new StatementFailure('a time zone that is not known');
  }
  if (formats.size >= MAX_ZONES) formats.clear();
  formats.set(zone, made);
  return made;
}
