/** What all processes on one directory have in common. */
export interface SpoolPlan {
  readonly spool: string;
  readonly endpoint: string;
  readonly level: 'os' | 'disk';
  readonly concurrency: number;
  /** File to which an exporter function appends; without it there is one sink. */
  readonly file?: string;
  /** Name of the process; its threads are called `<who>.0`, `<who>.1` … */
  readonly who: string;
  readonly seed: number;
}

/** What a `writer.ts` does until it is killed. */
export interface WriterPlan extends SpoolPlan {
  /** Worker threads with a logger of their own on the same directory. */
  readonly workers: number;
  /** Whether some events are those of scopes. */
  readonly scopes: boolean;
  /** Whether the worker threads are ended from outside, when the main thread has done its bursts. */
  readonly terminate?: boolean;
  /** How many bursts, before it calls `close`. */
  readonly bursts: number;
  /** Undefined: it does not close, and stays. */
  readonly closeTimeoutMs: number | undefined;
}

/** What a `broken-place.ts` does to its directory. */
export interface BrokenPlacePlan extends SpoolPlan {
  /** Commands of a shell; the first makes the directory fail, the second ends that. */
  readonly breaks: string;
  readonly mends: string;
  /** Whether it fails from the start. */
  readonly fromStart: boolean;
  /** How long it waits for `durable()` meanwhile. */
  readonly waitMs: number;
}

/** What a `full-disk.ts` logs, and how its disk gets room again. */
export interface FullDiskPlan extends SpoolPlan {
  /** How many events its destination takes, half of them while the disk is full, and of how many characters each. */
  readonly taken: number;
  readonly bytes: number;
  /** How many it logs when there is room again, which nobody takes. */
  readonly kept: number;
  /** The file that fills the disk. */
  readonly ballast: string;
}

/** What a `clock-app.ts` does with its clock. */
export interface ClockPlan extends SpoolPlan {
  readonly maxAgeMs: number;
  /** Whether the clock is soon set right again. */
  readonly backAgain: boolean;
}

/** What an `app.ts` logs, and how it ends. */
export interface AppPlan extends SpoolPlan {
  readonly events: number;
  readonly batch: number;
  readonly closeTimeoutMs: number;
  /** Of the header `authorization`. */
  readonly token?: string;
}
