import { OtelEventsError } from '../../errors.ts';
import type { Position } from './config-node.ts';

interface Problem {
  readonly at: Position | undefined;
  readonly path: string;
  readonly message: string;
}

/** Everything that is wrong with a configuration: all of it is reported at once. */
export class Problems {
  readonly #found: Problem[] = [];

  add(at: Position | undefined, path: string, message: string): void {
    this.#found.push({ at, path, message });
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /**
   * @param source - the file, or a word for where the configuration came from
   * @throws OtelEventsError `COLLECTOR_CONFIG_INVALID` with one line for each problem, in the file's order
   */
  throwIfAny(source: string): void {
    if (this.isEmpty) return;
    const lines = [...this.#found].sort(inFileOrder).map(({ at, path, message }) => {
      const place = at === undefined ? source : `${source}:${at.line}:${at.column}`;
      return `${place}: ${path === '' ? '' : `${path}: `}${message}`;
    });
    throw new OtelEventsError('COLLECTOR_CONFIG_INVALID', lines.join('\n'));
  }
}

function inFileOrder({ at: left }: Problem, { at: right }: Problem): number {
  if (left === undefined || right === undefined) return 0;
  return left.line - right.line || left.column - right.column;
}
