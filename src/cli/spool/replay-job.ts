import { MAX_SINKS, type RecordView } from '../../spool/log/layout.ts';
import type { ReadLog } from '../../spool/read/read-log.ts';
import { ReadSource } from '../../spool/read/read-source.ts';
import { deadLetterOf } from '../../spool/send/dead-letter-of.ts';
import type { DeadLetters } from '../../spool/send/dead-letters.ts';
import { TakenLog } from '../../spool/taken-log.ts';
import type { OnPoison, Resend } from './resend.ts';

/** Which records are sent. */
export interface Choice {
  /** By name; empty for all of them. */
  readonly sinks: readonly string[];
  /** Also what is settled already. */
  readonly all: boolean;
}

/** What became of a sub-directory: `read` leaves it as it is, `elsewhere` means that somebody else was faster. */
export type JobState = 'read' | 'drained' | 'elsewhere';

/** The replay of one sub-directory. */
export class ReplayJob {
  readonly log: ReadLog;
  state: JobState = 'read';
  /** Records to be sent. */
  readonly total: number;
  readonly #resend: Resend;
  readonly #source: ReadSource;
  readonly #bits: readonly number[];
  #taken: TakenLog | undefined;

  /** Reads all of it once, to count. */
  constructor(log: ReadLog, choice: Choice, resend: Resend) {
    this.log = log;
    this.#resend = resend;
    this.#source = new ReadSource(log, {
      isWanted: chooser(log, choice),
      onMoved: (position) => this.#taken?.settle(this.#bits, position),
      onSettled: (settlement) => resend.count(settlement),
    });
    this.total = this.#source.pending;
    const { sinks } = choice;
    this.#bits = Array.from({ length: MAX_SINKS }, (_, bit) => bit).filter(
      (bit) => sinks.length === 0 || log.sinkNames((1 << bit) >>> 0).some((name) => sinks.includes(name)),
    );
  }

  /** Records that are left to be sent. */
  get left(): number {
    return this.state === 'elsewhere' ? 0 : this.#source.pending;
  }

  /** The sinks that wait for what is sent. */
  get pendingSinks(): readonly string[] {
    return this.log.sinkNames(this.#source.pendingSinks);
  }

  /** Whether nobody has it, so that it may be taken over. What could not be read stays out of it. */
  get isTakeable(): boolean {
    const { state } = this.log.home;
    return (state === 'dead' || state === 'free') && this.log.unread.length === 0;
  }

  /** Sends what is wanted and settles nothing. */
  async read(): Promise<void> {
    await this.#resend.run(this.#source.cursors);
    this.#source.close();
  }

  /** Takes it over, sends what is wanted, settles what was delivered, and leaves the rest to the next process. */
  async drain(directory: string, letters: DeadLetters): Promise<void> {
    if (this.#resend.isStopped) return;
    this.#taken = TakenLog.take(directory, this.log);
    this.state = this.#taken === undefined ? 'elsewhere' : 'drained';
    if (this.#taken === undefined) return;
    this.#source.moveTo(this.#taken.path);
    await this.#resend.run(this.#source.cursors, this.#burier(letters));
    this.#source.close();
    await this.#taken.finish();
  }

  #burier(letters: DeadLetters): OnPoison {
    const sink = this.pendingSinks.join(', ') || 'replay';
    return (batch, index, reason, answer) => {
      letters.add(deadLetterOf(batch, index, { sink, reason, answer }));
    };
  }
}

function chooser(log: ReadLog, { sinks, all }: Choice): (record: RecordView) => boolean {
  const byMask = new Map<number, boolean>();
  return (record) => {
    const mask = all ? record.sinks : log.pendingOf(record);
    if (sinks.length === 0 || mask === 0) return mask !== 0;
    let isChosen = byMask.get(mask);
    if (isChosen === undefined) {
      isChosen = log.sinkNames(mask).some((name) => sinks.includes(name));
      byMask.set(mask, isChosen);
    }
    return isChosen;
  };
}
