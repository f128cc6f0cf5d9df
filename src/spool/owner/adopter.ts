import path from 'node:path';
import { isForWant } from '../disk/is-for-want.ts';
import { quietly } from '../disk/quietly.ts';
import { DeadOwners } from './dead-owners.ts';
import { Home } from './home.ts';
import { Leftover, type LeftoverCalls } from './leftover.ts';
import type { Owner } from './owner.ts';

/** Names of places that are remembered, so that each is told of once. */
const MAX_TOLD = 1000;

/** What an {@link Adopter} needs. */
export interface AdopterOptions extends LeftoverCalls {
  readonly directory: string;
  readonly owner: Owner;
  readonly now: () => number;
  /** A sub-directory cannot be looked at, or not be taken over: said once for each. */
  readonly onUnreadable: (place: string, error: unknown) => void;
}

/** Takes over what dead owners left in a directory, and looks after it. */
export class Adopter {
  readonly #options: AdopterOptions;
  readonly #dead: DeadOwners;
  readonly #unreadable = new Set<string>();
  #leftovers: Leftover[] = [];
  #closed = false;

  constructor(options: AdopterOptions) {
    this.#options = options;
    const { directory, owner, now } = options;
    this.#dead = new DeadOwners(directory, owner, now, (place, error) => this.#tell(place, error));
  }

  /** @param own - our own sub-directory, if there is one @returns what was taken, even if nothing is pending */
  async adopt(own: string | undefined): Promise<Leftover[]> {
    const adopted: Leftover[] = [];
    const ours = [own, ...this.#leftovers.map(({ directory }) => directory)];
    for (const name of this.#dead.find(ours.map((directory) => path.basename(directory ?? '')))) {
      if (this.#closed) break;
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
    for (const leftover of this.#leftovers) quietly(() => leftover.expire(oldestMs));
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
    } catch (error) {
      // Another one was faster, or it cannot be had now: it is found again then.
      this.#tell(path.join(directory, name), error);
      return undefined;
    }
  }

  #tell(place: string, error: unknown): void {
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isGone || isForWant(error) || this.#unreadable.has(place)) return;
    if (this.#unreadable.size === MAX_TOLD) return;
    this.#unreadable.add(place);
    this.#options.onUnreadable(place, error);
  }
}
