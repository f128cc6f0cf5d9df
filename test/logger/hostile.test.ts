import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventLogger, type OtelEventsError } from '../../src/index.ts';
import { testLogger } from '../../src/testing.ts';
import { tempDir } from '../harness/temp-dir.ts';

const POLLUTING = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "a": 1}';

function assertClean(): void {
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.equal((() => {}).constructor.prototype.polluted, undefined);
}

test('keys that pollute prototypes are keys like any other, in data and session, and come back whole', async () => {
  const events = testLogger({ session: JSON.parse(POLLUTING) });
  events.log('e', JSON.parse(POLLUTING), { session: JSON.parse(POLLUTING) });
  events.track('t', JSON.parse(POLLUTING), (scope) => scope.add(JSON.parse(POLLUTING)));
  await events.flush();
  assertClean();
  for (const { data, session } of events.emitted) {
    assert.equal(JSON.stringify(session), JSON.stringify(JSON.parse(POLLUTING)));
    assert.deepEqual(Object.keys(data).sort(), ['__proto__', 'a', 'constructor']);
    assert.equal(Object.getPrototypeOf(data), Object.prototype);
  }
});

test('in configuration they are options that do not exist', (t) => {
  const file = path.join(tempDir(t), 'events.json');
  for (const text of ['{"__proto__": {"spool": "x"}}', '{"constructor": {}}', '{"app": {"__proto__": {}}}']) {
    writeFileSync(file, text);
    assert.throws(
      () => EventLogger.fromJsonFile(file),
      (error: OtelEventsError) =>
        error.code === 'CONFIG_FILE_INVALID' && /there is no option/.test(error.message),
      text,
    );
  }
  writeFileSync(file, '{"exporters": [{"type": "__proto__"}, {"type": "constructor"}]}');
  assert.throws(() => EventLogger.fromJsonFile(file), /exporters\[0\]\.type/);
  assertClean();
});

test('thrown values that cannot be read fail the scope, and reach the app as they are', async () => {
  const events = testLogger();
  const bare = Object.create(null);
  const nasty = Object.defineProperty(new Error('x'), 'message', { get: () => assert.fail('on purpose') });
  for (const thrown of [bare, nasty, Symbol('s'), undefined, null, 10n]) {
    let caught: unknown = 'nothing';
    try {
      events.track('t', () => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    assert.equal(caught, thrown);
  }
  await events.flush();
  assert.equal(events.emitted.length, 6);
  assert.ok(events.emitted.every(({ error }) => error !== undefined));
});
