import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Another commit as files, with the dependencies of this checkout; removed at the end of its `using`. */
export interface Checkout extends Disposable {
  readonly root: string;
}

const here = path.join(import.meta.dirname, '../..');

/** @throws when git knows no such commit */
export function checkOut(revision: string): Checkout {
  const parent = mkdtempSync(path.join(tmpdir(), 'otel-events-base-'));
  const root = path.join(parent, 'checkout');
  const git = (...args: string[]): unknown =>
    execFileSync('git', args, { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] });
  git('worktree', 'add', '--quiet', '--detach', root, revision);
  symlinkSync(path.join(here, 'node_modules'), path.join(root, 'node_modules'));
  return {
    root,
    [Symbol.dispose]: () => {
      git('worktree', 'remove', '--force', root);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
