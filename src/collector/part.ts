import type { RunningExtension } from './component.ts';

/** A component that runs, with what tells whether another configuration wants the same. */
export interface Part<Running> {
  readonly running: Running;
  /** What it was made of, in words. */
  readonly made: string;
  /** The extensions that it was given, by id. */
  readonly uses: ReadonlyMap<string, RunningExtension>;
  /** Where it listens, by protocol. */
  urls: Readonly<Record<string, string>>;
  /** Once it is being closed: until then it can be kept. */
  closed: Promise<void> | undefined;
}

/** Parts of a kind, by id. */
export type Parts<Running> = ReadonlyMap<string, Part<Running>>;

export function partOf<Running>(
  running: Running,
  made: string,
  uses: Part<Running>['uses'] = new Map(),
): Part<Running> {
  return { running, made, uses, urls: {}, closed: undefined };
}

/**
 * The part that can stay as it is: made of the same, with extensions that run on as well.
 * @param candidates - the parts of its kind of one configuration or more
 */
export function keepable<Running>(
  candidates: readonly Parts<Running>[],
  id: string,
  made: string,
  extensions: Parts<RunningExtension>,
): Part<Running> | undefined {
  return candidates
    .map((parts) => parts.get(id))
    .find(
      (part) =>
        part?.made === made &&
        part.closed === undefined &&
        [...part.uses].every(([extension, running]) => extensions.get(extension)?.running === running),
    );
}

/** Closes a part, once. */
export function closing<Running>(part: Part<Running>, close: () => Promise<void> | undefined): Promise<void> {
  part.closed ??= close() ?? Promise.resolve();
  return part.closed;
}

/** The parts of others that are none of mine. */
export function partsGone<Running>(
  mine: Parts<Running>,
  theirs: readonly Parts<Running>[],
): [string, Part<Running>][] {
  const kept = new Set(mine.values());
  return theirs.flatMap((parts) => [...parts]).filter(([, part]) => !kept.has(part));
}
