import { toBuffer } from '../../../to-buffer.ts';
import type { EventFile } from '../file/event-file.ts';

/** The most that are remembered; more are kept twice. */
const MAX_KNOWN = 10_000;

/** The resources or the scopes of a file: each is kept once, by what it is. */
export class Origins {
  readonly #file: EventFile;
  readonly #table: 'resource' | 'scope';
  readonly #ids = new Map<string, number>();
  #lastBytes: Uint8Array | undefined;
  #lastId = 0;

  constructor(file: EventFile, table: 'resource' | 'scope') {
    this.#file = file;
    this.#table = table;
    for (const { id, bytes } of file.prepare(`select id, bytes from ${table} limit ${MAX_KNOWN}`).iterate()) {
      this.#ids.set(keyOf(bytes as Uint8Array), id as number);
    }
  }

  /** The number of one; new ones are written. */
  idOf(bytes: Uint8Array): number {
    if (bytes === this.#lastBytes) return this.#lastId;
    const key = keyOf(bytes);
    let id = this.#ids.get(key);
    if (id === undefined) {
      const made = this.#file.prepare(`insert into ${this.#table}(bytes) values(?)`).run(bytes);
      id = Number(made.lastInsertRowid);
      if (this.#ids.size >= MAX_KNOWN) this.#ids.clear();
      this.#ids.set(key, id);
    }
    this.#lastBytes = bytes;
    this.#lastId = id;
    return id;
  }
}

function keyOf(bytes: Uint8Array): string {
  return toBuffer(bytes).toString('latin1');
}
