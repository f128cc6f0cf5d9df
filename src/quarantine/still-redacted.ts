import type { Issue } from '../issue.ts';
import { kindOf } from '../kind-of.ts';
import type { Checked } from '../schema/find-checked.ts';
import { stepTo } from '../step-to.ts';
import type { Data } from './mend.ts';

/** Data before somebody changed them, and what they have become. */
export interface Change {
  readonly before: Data;
  readonly after: Data;
  /** What was wrong with them before. */
  readonly issues: readonly Issue[];
}

/**
 * What was redacted is `null` in a quarantine, and stays `null`: nobody writes a person back by hand. Told are places that
 * were `null` and are not any more, where the schema has categories of personal data; without a schema all but those
 * that were wrong.
 */
export function stillRedacted(
  { before, after, issues }: Change,
  schema: Checked | undefined,
): readonly Issue[] {
  const bare = schema?.redactor?.({})(after);
  const wrong = new Set(issues.map(({ path }) => path));
  const found: Issue[] = [];
  const visit = (was: unknown, is: unknown, left: unknown, path: string): void => {
    if (is === null || is === undefined) return;
    const isPersonal = bare === undefined ? !wrong.has(path) : left === null;
    if (was === null && isPersonal) {
      found.push({ path, expected: 'null, since it was redacted', got: kindOf(is) });
      return;
    }
    if (typeof is !== 'object') return;
    for (const [key, value] of Object.entries(is)) {
      // What is in something that was null was redacted with it.
      visit(was === null ? null : partOf(was, key), value, partOf(left, key), stepTo(path, key));
    }
  };
  for (const [key, value] of Object.entries(after))
    visit(partOf(before, key), value, partOf(bare, key), stepTo('', key));
  return found;
}

function partOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Data)[key];
}
