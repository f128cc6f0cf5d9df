import { OtelEventsError } from '../../errors.ts';
import type { Position } from './config-node.ts';

interface Problem {
  readonly at: Position | undefined;
  readonly path: string;
  readonly message: string;
}

/** More than anybody mends at once; a file that is no configuration has a problem in each of its bytes. */
const MAX_PROBLEMS = 100;
const MAX_PATH_LENGTH = 300;
const MAX_MESSAGE_LENGTH = 1_000;

/** Everything that is wrong with a configuration: all of it is reported at once, up to 100 problems. */
export class Problems {
  readonly #found: Problem[] = [];
  #left = 0;

  /** @param message - as a function where it takes long to find the words */
  add(at: Position | undefined, path: string, message: string | (() => string)): void {
    if (this.#found.length >= MAX_PROBLEMS) {
      this.#left++;
      return;
    }
    const text = typeof message === 'string' ? message : message();
    this.#found.push({
      at,
      path: path.slice(0, MAX_PATH_LENGTH),
      message: text.slice(0, MAX_MESSAGE_LENGTH),
    });
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /** How many there are: more than before if something that was read in between is wrong. */
  get count(): number {
    return this.#found.length + this.#left;
  }

  /**
   * @param source - the file, or a word for where the configuration came from
   * @param causes - what is no problem, but may be why there is one
   * @throws OtelEventsError `COLLECTOR_CONFIG_INVALID` with one line for each problem, in the file's order
   */
  throwIfAny(source: string, causes: readonly string[] = []): void {
    if (this.isEmpty) return;
    const lines = [...this.#found].sort(inFileOrder).map(({ at, path, message }) => {
      const place = at === undefined ? source : `${at.source ?? source}:${at.line}:${at.column}`;
      return `${place}: ${path === '' ? '' : `${path}: `}${message}`;
    });
    if (this.#left > 0) lines.push(`${source}: and ${this.#left} more`);
    lines.push(...causes.map((cause) => `${source}: ${cause}`));
    throw new OtelEventsError('COLLECTOR_CONFIG_INVALID', lines.join('\n'));
  }
}

function inFileOrder({ at: left }: Problem, { at: right }: Problem): number {
  if (left === undefined || right === undefined) return 0;
  const [from = '', to = ''] = [left.source, right.source];
  if (from !== to) return from < to ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
