/** A real service that tests run against: where its source is published and how it is built. */
export interface Service {
  readonly name: string;
  /** What the cache entry is called after, so it changes whenever the binary would. */
  readonly version: string;
  /** Commands that the build needs on the machine, such as `go`. */
  readonly tools: readonly string[];
  /** Leaves an executable called `name` in `outDir`. */
  readonly build: (build: Build) => Promise<void>;
}

/** What a service builds with. */
export interface Build {
  /** Scratch space; removed after the build. */
  readonly workDir: string;
  /** What becomes the cache entry. */
  readonly outDir: string;
  readonly step: RunStep;
}

/** Runs one command of a build and resolves to what it wrote to stdout. */
export type RunStep = (step: Step) => Promise<string>;

export interface Step {
  /** What the reader of the console sees, such as `compile`. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}
