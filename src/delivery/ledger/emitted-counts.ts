import { type EmittedCell, MAX_CELLS } from '../../otlp/emitted/emitted-report.ts';
import type { Outcome, Settlement } from '../../spool/log/outcome.ts';
import { wallClockMs } from '../../time.ts';

/** Of so many event names is counted what was emitted; of others a receiver is told nothing. */
const MAX_NAMES = 500;

/** Events of one name and one minute of their own time. */
class MinuteCount {
  readonly minute: number;
  emitted = 0;
  /** Those of them that have not come to their end. */
  open = 0;
  readonly lost = new Map<string, number>();

  constructor(minute: number) {
    this.minute = minute;
  }

  lose(reason: string, count: number): void {
    this.lost.set(reason, (this.lost.get(reason) ?? 0) + count);
  }
}

/** No event has this minute. */
const NONE = new MinuteCount(Number.NaN);

/** Events of one name, by minute. */
export class NameCount {
  readonly #all: EmittedCounts;
  /** In the order in which they were begun: what settles first is the oldest, so that it is one of the first. */
  readonly minutes = new Map<number, MinuteCount>();
  /** The one of the latest event. */
  #latest = NONE;

  constructor(all: EmittedCounts) {
    this.#all = all;
  }

  /** Counts an event that is on its way. @param seconds - its own time, in seconds of the Unix epoch */
  add(seconds: number): void {
    const minute = Math.floor(seconds / 60);
    let count = this.#latest;
    if (count.minute !== minute) {
      count = this.of(minute);
      this.#latest = count;
    }
    count.emitted++;
    count.open++;
  }

  /** The events of a minute. */
  of(minute: number): MinuteCount {
    const known = this.minutes.get(minute);
    if (known !== undefined) return known;
    const made = new MinuteCount(minute);
    // One that is not kept is counted in vain: of that minute the receiver is told nothing, or less.
    if (this.#all.hasRoom()) this.minutes.set(minute, made);
    return made;
  }

  /** Events have come to their end: those that were under way the longest. */
  settle(outcome: Outcome, count: number): void {
    const reason = reasonOf(outcome);
    let left = count;
    for (const minute of this.minutes.values()) {
      if (left === 0) return;
      const some = Math.min(left, minute.open);
      minute.open -= some;
      left -= some;
      if (some > 0 && reason !== undefined) minute.lose(reason, some);
    }
  }

  /** Forgets a minute: what comes of it is counted anew. */
  remove(minute: number): void {
    this.minutes.delete(minute);
    if (this.#latest.minute === minute) this.#latest = NONE;
  }

  clear(): void {
    this.minutes.clear();
    this.#latest = NONE;
  }
}

/**
 * What was emitted for the OTLP receiver, by event name and minute, until that was reported to it. A minute is reported
 * when everything in it has come to its end, so that what is on its way is never taken for lost.
 */
export class EmittedCounts {
  readonly #names = new Map<string, NameCount>();
  #isOn = true;

  /** The counts of a name; undefined beyond the most. */
  name(name: string): NameCount | undefined {
    const known = this.#names.get(name);
    if (known !== undefined || this.#names.size >= MAX_NAMES) return known;
    const made = new NameCount(this);
    this.#names.set(name, made);
    return made;
  }

  /** Counts events that ended where they were emitted, now. */
  ended(name: string, outcome: Outcome | 'sampled' | 'filtered', count = 1): void {
    const reason = typeof outcome === 'string' ? outcome : reasonOf(outcome);
    if (reason === undefined || !this.#isOn) return;
    const minute = this.name(name)?.of(Math.floor(wallClockMs() / 60_000));
    if (minute === undefined) return;
    minute.emitted += count;
    minute.lose(reason, count);
  }

  /** Books what became of events with the receiver. @param isOurs - they were emitted here, and not by a process that died */
  settled({ outcome, names }: Settlement, isOurs: boolean): void {
    for (const [name, count] of names) {
      if (isOurs) this.#names.get(name)?.settle(outcome, count);
      else this.ended(name, outcome, count);
    }
  }

  /** Whether another minute of a name may be counted. */
  hasRoom(): boolean {
    if (!this.#isOn) return false;
    let minutes = 0;
    for (const name of this.#names.values()) minutes += name.minutes.size;
    return minutes < MAX_CELLS;
  }

  /** Takes out what can be reported, or as much as fits. @returns that, and by name what cannot yet */
  take(): { readonly cells: readonly EmittedCell[]; readonly underWay: ReadonlyMap<string, number> } {
    const cells: EmittedCell[] = [];
    const underWay = new Map<string, number>();
    let points = 0;
    for (const [name, count] of this.#names) {
      let waiting = 0;
      for (const { minute, emitted, open, lost } of [...count.minutes.values()]) {
        if (open > 0 || points > MAX_CELLS) waiting += emitted;
        else {
          points += 1 + lost.size;
          if (emitted > 0) cells.push({ name, minute, emitted, lost });
          count.remove(minute);
        }
      }
      if (waiting > 0) underWay.set(name, waiting);
    }
    return { cells, underWay };
  }

  /** Forgets everything, and counts from now on, or not. */
  restart(isOn: boolean): void {
    this.#isOn = isOn;
    for (const name of this.#names.values()) name.clear();
  }
}

/** Undefined of what has arrived, or is another's to deliver. */
function reasonOf(outcome: Outcome): string | undefined {
  return 'reason' in outcome ? `${outcome.column}:${outcome.reason}` : undefined;
}
