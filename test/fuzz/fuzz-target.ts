import fc from 'fast-check';

/** Something that runs, and is given one hostile input after the other. */
export interface Subject<Input> {
  /** @throws what is wrong about it, or about what has run */
  take(input: Input): Promise<void>;
  /** Ends it cleanly and looks at what it has left behind. @throws what is wrong about that */
  end(): Promise<void>;
  /** Ends it at once; it may have died before. */
  kill(): Promise<void>;
}

/** What is fuzzed, and with what. */
export interface FuzzTarget<Input = unknown> {
  readonly name: string;
  /** It does without this much on a machine that cannot have it. Undefined: it can run here. */
  readonly cannotRun?: () => string | undefined;
  readonly inputs: fc.Arbitrary<Input>;
  /** Inputs that one subject is given before it is ended and another one started. */
  readonly inputsPerSubject: number;
  readonly start: () => Promise<Subject<Input>>;
}

/** What came of it. */
export interface FuzzResult {
  readonly passed: number;
  readonly failure?: FuzzFailure;
}

export interface FuzzFailure {
  readonly what: string;
  /** The smallest input that was found. */
  readonly input: string;
  readonly seed: number;
  /** fast-check's path to the input; undefined: it takes all inputs of a subject. */
  readonly path?: string;
}

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** One input again, and only this. */
  readonly path?: string | undefined;
}

/** Inputs from one seed; the next ones come from the next seed. */
const RUNS = 20;

/** How long a smaller input that fails as well is looked for. */
const SHRINK_MS = 30_000;

const MAX_SHOWN = 4000;

/**
 * Gives inputs to a target until the time is over or one of them fails.
 * @throws if the target does not start
 */
export async function fuzz<Input>(target: FuzzTarget<Input>, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, seconds, path } = options;
  await using subjects = new Subjects(target, path === undefined ? Number.POSITIVE_INFINITY : 1);
  const property = fc.asyncProperty(target.inputs, (input) => subjects.take(input));
  const deadlineMs = performance.now() + seconds * 1000;
  if (path !== undefined)
    return subjects.result(await fc.check(property, { seed, path, numRuns: 1, endOnFailure: true }));
  for (let run = seed | 0; performance.now() < deadlineMs; run = (run + 1) | 0) {
    const details = await fc.check(property, { seed: run, numRuns: RUNS });
    if (details.failed) return subjects.result(details);
  }
  return await subjects.last(seed);
}

/** One subject after the other: a new one after so many inputs, and after each failure. */
class Subjects<Input> {
  readonly #target: FuzzTarget<Input>;
  /** Inputs to be taken in all: after a path fast-check would go on with the ones beside it. */
  readonly #most: number;
  #subject: Subject<Input> | undefined;
  #taken = 0;
  #passed = 0;
  #failedMs: number | undefined;
  /** What no single input is to blame for: nothing that is smaller is looked for. */
  #badStart: unknown;
  #badEnd: unknown;

  constructor(target: FuzzTarget<Input>, most: number) {
    this.#most = most;
    this.#target = target;
  }

  async take(input: Input): Promise<void> {
    if (this.#badStart !== undefined || this.#badEnd !== undefined || this.#taken >= this.#most) return;
    // Time to look for a smaller one is over: every other input counts as good.
    if (this.#failedMs !== undefined && performance.now() - this.#failedMs > SHRINK_MS) return;
    const subject = this.#subject ?? (await this.#start());
    this.#taken++;
    try {
      await subject.take(input);
    } catch (error) {
      this.#failedMs ??= performance.now();
      await this[Symbol.asyncDispose]();
      throw error;
    }
    if (this.#failedMs === undefined) this.#passed++;
    if (this.#taken % this.#target.inputsPerSubject === 0) await this.#end();
  }

  /** What came of it, when an input has failed. */
  result(details: fc.RunDetails<[Input]>): FuzzResult {
    if (this.#badStart !== undefined) throw this.#badStart;
    const { counterexample, counterexamplePath: path, errorInstance, seed } = details;
    if (this.#badEnd !== undefined) return this.#badly(seed);
    if (!details.failed) return { passed: this.#passed };
    const failure = { what: saidBy(errorInstance), input: shown(counterexample?.[0]), seed };
    return { passed: this.#passed, failure: path === null ? failure : { ...failure, path } };
  }

  /** Ends the last subject, when all inputs have passed. */
  async last(seed: number): Promise<FuzzResult> {
    await this.#end().catch(() => {});
    return this.#badEnd === undefined ? { passed: this.#passed } : this.#badly(seed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const subject = this.#subject;
    this.#subject = undefined;
    await subject?.kill();
  }

  async #start(): Promise<Subject<Input>> {
    try {
      this.#subject = await this.#target.start();
      return this.#subject;
    } catch (error) {
      this.#badStart = error;
      throw error;
    }
  }

  async #end(): Promise<void> {
    const subject = this.#subject;
    this.#subject = undefined;
    try {
      await subject?.end();
    } catch (error) {
      this.#badEnd = error;
      throw error;
    }
  }

  #badly(seed: number): FuzzResult {
    const input = `all of them, ${this.#target.inputsPerSubject} a subject`;
    return { passed: this.#passed, failure: { what: saidBy(this.#badEnd), input, seed } };
  }
}

function saidBy(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function shown(input: unknown): string {
  // fast-check makes records without a prototype.
  const text = fc.stringify(input).replaceAll('__proto__:null,', '');
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)} … (${text.length} characters)` : text;
}
