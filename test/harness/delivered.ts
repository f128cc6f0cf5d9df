import assert from 'node:assert/strict';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { checkedNumbered, type Numbered } from './numbered.ts';
import type { Taken } from './otlp-sink.ts';

/** Events that came to a sink together. */
export interface Batch {
  /** Which logger sent them: one that lived, in one thread of one process. */
  readonly from: string;
  /** Whether that logger was told that they have arrived, if it still lived. */
  readonly answered: boolean;
  readonly events: readonly Numbered[];
}

/** How many came, once and again. */
export interface Delivered {
  readonly delivered: number;
  readonly duplicates: number;
}

/** What an OTLP sink took, each event compared with what was logged. */
export function batchesOf(taken: readonly Taken[]): Batch[] {
  return taken.map(({ from, answered, records }) => ({
    from,
    answered,
    events: records.map((record) => checkedNumbered(readEvent(record).data)),
  }));
}

/** What may happen beside the usual; see {@link checkDelivered}. */
export interface Allowance {
  /** Owners were robbed while they lived: what they had then may come from both. */
  readonly robbed?: boolean;
  /** Several requests were in flight at a time: then there is no order, and more than one may be repeated. */
  readonly unordered?: boolean;
}

/**
 * Checks what a sink got over the whole life of a directory:
 * - nothing is missing up to what each writer was promised, and there are no holes beyond it,
 * - each writer's events come, for the first time, in the order in which they were logged,
 * - an event comes again only if its batch was in flight when its sender died, or was not answered.
 * @param promised - by writer, up to which number `durable()` has acknowledged
 */
export function checkDelivered(
  batches: readonly Batch[],
  promised: ReadonlyMap<string, number>,
  allowance: Allowance = {},
): Delivered {
  const found = allowance.unordered ? sortedOut(batches) : inOrder(batches, allowance);
  for (const [who, n] of promised) {
    const upTo = found.upTo.get(who) ?? 0;
    assert.ok(upTo >= n, `${who} was promised ${n} events, ${upTo} have arrived`);
  }
  return { delivered: sum(found.upTo.values()), duplicates: found.duplicates };
}

interface Found {
  /** By writer, the number up to which everything is there. */
  readonly upTo: ReadonlyMap<string, number>;
  readonly duplicates: number;
}

function inOrder(batches: readonly Batch[], { robbed = false }: Allowance): Found {
  const last = new Map(batches.map(({ from }, index) => [from, index]));
  const upTo = new Map<string, number>();
  /** Events that may not come again. */
  const settled = new Set<string>();
  let duplicates = 0;
  for (const [index, { from, answered, events }] of batches.entries()) {
    for (const { who, n } of events) {
      const before = upTo.get(who) ?? 0;
      assert.ok(!settled.has(`${who}:${n}`), `event ${n} of ${who} was settled and came again, from ${from}`);
      if (n <= before) duplicates++;
      else
        assert.equal(n, before + 1, `a hole, or a wrong order, in what ${who} has logged; sent by ${from}`);
      upTo.set(who, Math.max(before, n));
    }
    // A sender goes on when it has been answered, and has written that down by then.
    const isSettled = answered && !robbed && last.get(from) !== index;
    if (isSettled) for (const { who, n } of events) settled.add(`${who}:${n}`);
  }
  return { upTo, duplicates };
}

function sortedOut(batches: readonly Batch[]): Found {
  const found = new Map<string, Set<number>>();
  let count = 0;
  for (const { who, n } of batches.flatMap(({ events }) => events)) {
    found.set(who, (found.get(who) ?? new Set()).add(n));
    count++;
  }
  for (const [who, numbers] of found) {
    assert.equal(Math.max(...numbers), numbers.size, `a hole in what ${who} has logged`);
  }
  const upTo = new Map([...found].map(([who, { size }]) => [who, size]));
  return { upTo, duplicates: count - sum(upTo.values()) };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
