import type { Intake, Mark } from './intake.ts';

/**
 * What a flush waits for: `hurried` for no destination that is away; `patient` for one that is away, not for one that
 * refuses to talk; `last` also for that, where time may mend it: nobody comes after it.
 */
export type Patience = 'hurried' | 'patient' | 'last';

interface Flush {
  readonly mark: Mark;
  readonly patience: Patience;
  readonly resolve: () => void;
}

/** Who waits for a destination that is away, and who for one that refuses to talk. */
const WAITING: Readonly<Record<'retry' | 'hold', readonly Patience[]>> = {
  retry: ['patient', 'last'],
  hold: ['last'],
};

/** Flushes that wait, each until every record that was pending when it began is settled. */
export class Flushes {
  readonly #intake: Intake;
  #open: readonly Flush[] = [];

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  get areNone(): boolean {
    return this.#open.length === 0;
  }

  has(patience: Patience): boolean {
    return this.#open.some((flush) => flush.patience === patience);
  }

  until(mark: Mark, patience: Patience): Promise<void> {
    return new Promise((resolve) => {
      this.#open = [...this.#open, { mark, patience, resolve }];
    });
  }

  /** The destination is away, or refuses to talk. @param mayPass - time may mend it */
  away(how: 'retry' | 'hold', mayPass: boolean): void {
    this.resolve((patience) => !(mayPass && WAITING[how].includes(patience)));
  }

  /** @param isOver - tells of those whose records are not settled whether there is no use in waiting */
  resolve(isOver: (patience: Patience) => boolean = () => false): void {
    const open = this.#open;
    if (open.length === 0) return;
    this.#open = open.filter((flush) => !isOver(flush.patience) && !this.#intake.isPast(flush.mark));
    for (const flush of open) if (!this.#open.includes(flush)) flush.resolve();
  }
}
