import type { Deflate } from 'node:zlib';

/** Packs one body after the other with one stream of zlib, off the main thread: a new stream takes 268 KB each time. */
export class Deflater {
  readonly #stream: Deflate;
  #packed: Uint8Array[] = [];

  /** @param stream - made with `flush: constants.Z_FINISH`: each write ends what it packs */
  constructor(stream: Deflate) {
    this.#stream = stream;
    stream.on('data', (piece: Uint8Array) => this.#packed.push(piece));
    // The callback of the write has it too; without a listener it ends the process.
    stream.on('error', () => {});
  }

  /** Not to be called again before it has resolved, nor after it has rejected. @returns the pieces of the packed body */
  pack(body: Uint8Array): Promise<Uint8Array[]> {
    return new Promise((resolve, reject) => {
      this.#stream.write(body, (error) => {
        if (error) {
          reject(error);
          return;
        }
        const packed = this.#packed;
        this.#packed = [];
        this.#stream.reset();
        resolve(packed);
      });
    });
  }

  /** Lets go of its memory now, and not when garbage is collected. */
  close(): void {
    this.#stream.destroy();
  }
}
