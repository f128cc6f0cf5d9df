// Values of another realm, as a `vm` context or Jest's sandbox makes them, where they are options or answers of users.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { toEpochTime } from '../src/epoch-time.ts';
import { EventLogger } from '../src/index.ts';
import { isPlain } from '../src/is-plain.ts';
import { kindOf } from '../src/kind-of.ts';
import { shownBody } from '../src/middleware/shown-body.ts';
import { matchNames } from '../src/processors/index.ts';
import { validateStandard } from '../src/schema/define/validate-standard.ts';

const other = vm.createContext({});
const made = (source: string): never => vm.runInContext(`(${source})`, other) as never;

test('a plain object, a date and a regular expression of another realm are what they are', async () => {
  assert.deepEqual(isPlain(made('{ a: 1 }')), true);
  assert.deepEqual(isPlain(made('new (class { a = 1 })()')), false);
  assert.deepEqual(isPlain(made('new Error("x")')), false);
  assert.equal(kindOf(made('new Date()')), 'a date');
  assert.deepEqual(toEpochTime(made('new Date(1500)')), [1, 500_000_000]);
  assert.equal(JSON.stringify(shownBody(made('{ a: 1 }'), () => false, 100)?.content), '{"a":1}');
  assert.doesNotThrow(() => matchNames({ allow: [made('/a/')] }));
});

test('a promise of another realm makes a schema asynchronous', () => {
  const schema = {
    '~standard': { version: 1, vendor: 'v', validate: () => made('Promise.reject(new Error("x"))') },
  };
  assert.throws(() => validateStandard('e', schema as never, {}), { code: 'SCHEMA_ASYNC' });
});

test('a scope that fails with an error of another realm has its type, its message and its stack', async () => {
  const seen: Record<string, unknown>[] = [];
  const events = new EventLogger({
    delivery: 'none',
    exporters: [(records) => void seen.push(...records.map(({ attributes }) => attributes))],
  });
  const error = made('new TypeError("bad")') as Error;
  assert.throws(() =>
    events.track('pay', {}, () => {
      throw error;
    }),
  );
  await events.close();
  assert.equal(seen[0]?.['exception.type'], 'TypeError');
  assert.equal(seen[0]?.['exception.message'], 'bad');
  assert.equal(seen[0]?.['exception.stacktrace'], error.stack);
});
