import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { logRecordsOf } from '../harness/otlp-json.ts';
import { NEW_NODE, OLD_NODE } from './node-version.ts';
import { runInRow } from './run-in-row.ts';

const TOTALS = { acked: 1, pending: 0, rejected: 0, dropped: 0 };
const app = 'common-js';
const NO_REQUIRE = '--no-experimental-require-module';

const CASES = [
  {
    fixture: 'CommonJS, require()',
    app,
    args: ['app.js'],
    seen: { totals: TOTALS, kept: 1, oneClass: true },
  },
  {
    fixture: 'CommonJS, require()',
    app,
    args: ['app.js'],
    node: OLD_NODE,
    seen: { totals: TOTALS, kept: 1, oneClass: true },
  },
  {
    fixture: 'CommonJS, require()',
    app,
    args: ['app.js'],
    node: NEW_NODE,
    seen: { totals: TOTALS, kept: 1, oneClass: true },
  },
  { fixture: 'CommonJS, import()', app, args: ['dynamic.js'], seen: TOTALS },
  {
    fixture: 'CommonJS, no require(esm)',
    app,
    args: [NO_REQUIRE, 'app.js'],
    seen: { totals: TOTALS, kept: 1, oneClass: false },
  },
  { fixture: 'import(), no require(esm)', app, args: [NO_REQUIRE, 'dynamic.js'], seen: TOTALS },
];

for (const { seen, ...each } of CASES) {
  describe(`${each.fixture}, Node ${each.node ?? process.version}`, () => {
    const { row, ran } = runInRow<object>(each);

    row.check('warnings', 'nothing is warned about', () => {
      assert.equal(ran().run.stderr, '');
      return 'none';
    });

    row.check('once', 'the event arrives once', () => {
      assert.deepEqual(
        logRecordsOf(ran().requests).map(({ eventName }) => eventName),
        ['cart.item_added'],
      );
    });

    row.check('ledger', 'it is acknowledged; import and require give the same classes where Node can', () => {
      assert.deepEqual(ran().seen, seen);
      return 'acked';
    });
  });
}
