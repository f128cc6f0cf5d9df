import path from 'node:path';
import { DeadOwners } from './dead-owners.ts';
import { Home } from './home.ts';
import { Leftover, type LeftoverCalls } from './leftover.ts';
import type { Owner } from './owner.ts';
import { quietly } from './quietly.ts';

/** What an {@link Adopter} needs. */
export interface AdopterOptions extends LeftoverCalls {
  readonly directory: string;
  readonly owner: Owner;
  readonly now: () => number;
}

/** Takes over what dead owners left in a directory, and looks after it. */
export class Adopter {
  readonly #options: AdopterOptions;
  readonly #dead: DeadOwners;
  #leftovers: Leftover[] = [];
  #closed = false;

  constructor(options: AdopterOptions) {
    this.#options = options;
    this.#dead = new DeadOwners(options.directory, options.owner, options.now);
  }

  /** @param own - our own sub-directory, if there is one @returns what was taken, even if nothing is pending */
  async adopt(own: string | undefined): Promise<Leftover[]> {
    const adopted: Leftover[] = [];
    const ours = [own, ...this.#leftovers.map(({ directory }) => directory)];
    for (const name of this.#dead.find(ours.map((directory) => path.basename(directory ?? '')))) {
      const home = this.#take(name);
      if (home !== undefined) adopted.push(await Leftover.open(home, this.#options));
    }
    if (this.#closed) for (const leftover of adopted) quietly(() => leftover.close());
    this.#leftovers = [...this.#leftovers, ...adopted].filter(({ isDone }) => !isDone);
    return adopted;
  }

  /** A heartbeat for each; one that fails makes a taker of another namespace come early. */
  beat(): void {
    for (const leftover of this.#leftovers) quietly(() => leftover.beat(this.#options.now()));
  }

  /** Drops what is older, and was not read yet. */
  expire(oldestMs: number): void {
    for (const leftover of this.#leftovers) leftover.expire(oldestMs);
  }

  /** Leaves what is pending to the next process. */
  close(): void {
    this.#closed = true;
    for (const leftover of this.#leftovers) quietly(() => leftover.close());
  }

  #take(name: string): Home | undefined {
    const { directory, owner, now } = this.#options;
    try {
      return Home.take(directory, name, owner, now());
    } catch {
      // Another one was faster, or the directory cannot be written now: it is found again then.
      return undefined;
    }
  }
}
