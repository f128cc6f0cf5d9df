import { escapeControls, escapeLines } from '../../escape-controls.ts';

/** Whoever read our output has gone away. */
export class BrokenPipe extends Error {}

const CHUNK_LENGTH = 64 * 1024;

/**
 * Writes lines to standard output, no faster than they are read. What is in the files that a command reads may come
 * from anybody: nothing of it moves the cursor of a terminal, hides what follows or starts a line.
 */
export class Output {
  readonly #stream: NodeJS.WriteStream = process.stdout;
  #text = '';

  constructor() {
    // The callback of a write tells about it; an error event without a listener would end the process.
    this.#stream.on('error', () => {});
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** How many characters a line may have before a terminal breaks it. */
  get width(): number {
    return this.isTerminal ? this.#stream.columns || Number.POSITIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  /** @throws BrokenPipe */
  line(text: string): Promise<void> {
    return this.#add(escapeControls(text));
  }

  /** Several lines, such as indented JSON. @throws BrokenPipe */
  block(text: string): Promise<void> {
    return this.#add(escapeLines(text));
  }

  /** Text in which what came from outside has been made safe, and colours are ours. @throws BrokenPipe */
  painted(text: string): Promise<void> {
    return this.#add(text);
  }

  /** A document that was made: byte for byte, unless a person reads it. @throws BrokenPipe */
  document(text: string): Promise<void> {
    return this.isTerminal ? this.block(text) : this.#add(text);
  }

  /** What is no text, and for no terminal. @throws BrokenPipe */
  async bytes(part: Uint8Array): Promise<void> {
    await this.flush();
    await this.#write(part);
  }

  async #add(text: string): Promise<void> {
    this.#text += `${text}\n`;
    if (this.#text.length >= CHUNK_LENGTH) await this.flush();
  }

  /** @throws BrokenPipe */
  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text !== '') await this.#write(text);
  }

  #write(part: string | Uint8Array): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#stream.write(part, (error) => {
        if (error === undefined || error === null) resolve();
        else reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new BrokenPipe() : error);
      });
    });
  }
}
