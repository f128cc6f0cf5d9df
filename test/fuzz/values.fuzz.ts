import assert from 'node:assert/strict';
import path from 'node:path';
import { WatchedChild } from './child-process.ts';
import type { FuzzTarget, Subject } from './fuzz-target.ts';
import { MANNERS, type ValueInput, valueInput } from './values/recipe.ts';

/** What an app gives to `log` and `track`, by mistake or not; see `values/`. */
export const target: FuzzTarget<ValueInput> = {
  name: 'values',
  inputs: valueInput,
  inputsPerSubject: 500,
  start: () => App.start(),
};

class App implements Subject<ValueInput> {
  readonly #child: WatchedChild;
  #n = 0;

  private constructor(child: WatchedChild) {
    this.#child = child;
  }

  static async start(): Promise<App> {
    const child = new WatchedChild({ program: path.join(import.meta.dirname, 'values', 'app.ts'), args: [] });
    await child.started();
    return new App(child);
  }

  async take(input: ValueInput): Promise<void> {
    for (const manner of MANNERS) {
      const { wrong } = await this.#child.ask<{ wrong: string[] }>({ ...input, manner, n: ++this.#n });
      assert.deepEqual(wrong, [], `logger: ${manner}`);
    }
  }

  async end(): Promise<void> {
    const how = await this.#child.endOn('end');
    assert.equal(how, '0', this.#child.stderr);
    await this.kill();
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }
}
