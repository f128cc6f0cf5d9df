import type { OwnMetric } from './metric-table.ts';

/** Names and values of labels, in any order. */
export type TallyLabels = Readonly<Record<string, string>>;

/** Goes up. */
export interface Counter {
  value: number;
}

/** One series of a metric, as it is now. */
export interface TallySeries {
  readonly metric: OwnMetric;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

interface Entry {
  readonly metric: OwnMetric;
  readonly labels: TallySeries['labels'];
  readonly counter: Counter | undefined;
  /** The last one is asked. */
  readonly readers: (() => number)[];
}

/** What the collector counts of itself. Who counts often asks for the counter once. */
export class Tally {
  /** When counting began, epoch milliseconds. */
  readonly sinceMs = Date.now();
  readonly #entries = new Map<string, Entry>();

  /** The counter of these labels; 0 at first, and there from then on. */
  counter(metric: OwnMetric, labels: TallyLabels): Counter {
    const key = keyOf(metric, labels);
    const there = this.#entries.get(key.text)?.counter;
    if (there !== undefined) return there;
    const counter = { value: 0 };
    this.#entries.set(key.text, { metric, labels: key.labels, counter, readers: [() => counter.value] });
    return counter;
  }

  /**
   * Has a value read at each look, in place of one of the same labels, for as long as it is there.
   * @returns what takes it away: then the one before is read again, if that is there still
   */
  gauge(metric: OwnMetric, labels: TallyLabels, read: () => number): () => void {
    const key = keyOf(metric, labels);
    const entry = this.#entries.get(key.text) ?? {
      metric,
      labels: key.labels,
      counter: undefined,
      readers: [],
    };
    entry.readers.push(read);
    this.#entries.set(key.text, entry);
    return () => {
      const index = entry.readers.indexOf(read);
      if (index >= 0) entry.readers.splice(index, 1);
      if (entry.readers.length === 0 && this.#entries.get(key.text) === entry) this.#entries.delete(key.text);
    };
  }

  series(): TallySeries[] {
    return [...this.#entries.values()].map(({ metric, labels, readers }) => ({
      metric,
      labels,
      value: readers.at(-1)?.() ?? 0,
    }));
  }
}

function keyOf(metric: OwnMetric, given: TallyLabels): { text: string; labels: TallySeries['labels'] } {
  const labels = Object.entries(given).sort(([left], [right]) => (left < right ? -1 : 1));
  return { text: JSON.stringify([metric.name, labels]), labels };
}
