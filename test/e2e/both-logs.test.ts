import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { NO_COUNTS } from './check-app.ts';
import { runInRow } from './run-in-row.ts';

/** What the app prints: names of events by who got them. */
interface Seen {
  readonly old: readonly string[];
  readonly now: readonly string[];
  readonly problems: readonly string[];
  readonly total: object;
}

describe('an app with the logs APIs of both generations', () => {
  const { row, ran } = runInRow<Seen>({ fixture: 'both logs APIs', app: 'both-logs' });

  row.check('once', 'each event goes to one of them, to that of the api where both have a provider', () => {
    assert.deepEqual([ran().seen.old, ran().seen.now], [['for.api-logs'], ['for.api']]);
    assert.deepEqual(ran().requests, []);
  });

  row.check('warnings', 'nothing is warned about', () => {
    assert.deepEqual([ran().seen.problems, ran().run.stderr], [[], '']);
    return 'none';
  });

  row.check('ledger', 'both are booked as handed over', () => {
    assert.deepEqual(ran().seen.total, { ...NO_COUNTS, emitted: 2, handedOver: 2 });
    return 'handedOver';
  });
});
