import type { RunningExtension } from './component.ts';
import type { Parts } from './part.ts';
import type { QueueStorage } from './queue/request-queue.ts';

/** What extensions do for one component, and which they were. */
export class Borrowed {
  /** By id. */
  readonly uses = new Map<string, RunningExtension>();
  readonly #extensions: Parts<RunningExtension>;

  constructor(extensions: Parts<RunningExtension>) {
    this.#extensions = extensions;
  }

  /** A place for the files of a component. */
  storage(extension: string, component: string): QueueStorage {
    return this.#get(extension, 'storageFor')(component);
  }

  get<P extends 'credentials' | 'authenticator'>(
    what: P,
  ): (extension: string) => NonNullable<RunningExtension[P]> {
    return (extension) => this.#get(extension, what);
  }

  #get<P extends 'credentials' | 'authenticator' | 'storageFor'>(
    id: string,
    what: P,
  ): NonNullable<RunningExtension[P]> {
    const extension = this.#extensions.get(id)?.running;
    const provided = extension?.[what];
    // The check of the configuration has made sure that it does.
    if (extension === undefined || provided === undefined) throw new Error(`${id} has no ${what}`);
    this.uses.set(id, extension);
    return provided;
  }
}
