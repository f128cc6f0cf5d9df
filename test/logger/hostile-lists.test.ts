import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { testLogger } from '../../src/testing.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

const imports = ['index', 'testing', 'exporters/route', 'processors/index'].map(
  (file, at) =>
    `import * as m${at} from ${JSON.stringify(new URL(`../../src/${file}.ts`, import.meta.url))};`,
);
const BEGIN = `${imports.join('\n')}
const { EventLogger } = m0, { testLogger } = m1, { route } = m2, { allowNames, matchNames } = m3;
const list = new Array(2 ** 32 - 1);
const errors = [];
const events = testLogger({ onError: ({ code }) => errors.push(code) });
`;

/** Runs code in a process of its own, since nothing stops such a loop from inside; gives back what it prints. */
function printed(code: string): string {
  const args = ['--input-type=module', '-e', `${BEGIN}${code}`];
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { timeout: 60_000, encoding: 'utf8' });
  assert.equal(signal, null, 'it did not end');
  assert.match(stdout, /./, stderr);
  return stdout.trim();
}

test('lists without end block nothing: events go out, and what is left out is said once', () => {
  const calls = `
    events.log('e', {}, { tags: list });
    events.track('e', {}, { tags: list }, () => {});
    events.log('e', {}, { exporters: list });
    events.track('e', {}, { links: list }, () => {});
    events.trackLlm({ messages: list });
    events.trackLlm({ finishReasons: list, tags: list });
  `;
  // One without exporters goes nowhere, which is said as well.
  const end = 'await events.flush(); console.log(events.emitted.length, ...errors);';
  const said = ['EVENT_INVALID', 'EVENT_INVALID', 'EVENT_UNROUTED', 'EVENT_INVALID', 'EVENT_INVALID'];
  assert.equal(printed(`${calls}${end}`), ['5', ...said].join(' '));
});

test('a processor that gives an event a list without end of tags blocks nothing', () => {
  const make = 'const all = testLogger({ processors: [(event) => { event.tags = list; }] })';
  assert.equal(printed(`${make}; all.log('e'); await all.flush(); console.log(all.emitted.length)`), '1');
});

test('a list without end is refused as an option', () => {
  const options = ['tags', 'exporters', 'processors', 'baggage', 'schemas', 'allowedSchemas', 'redact'];
  const makes = [
    'events.child({ tags: list })',
    ...options.map((option) => `new EventLogger({ ${option}: list })`),
    'new EventLogger({ redact: { paths: list } })',
    'new EventLogger({ redact: { patterns: list } })',
    'route({ exporters: list })',
    'route({ exporters: [() => {}], processors: list })',
    'allowNames(list)',
    'matchNames({ allow: list })',
  ];
  const codes = printed(
    makes.map((make) => `try { ${make}; } catch ({ code }) { console.log(code); }`).join('\n'),
  );
  assert.deepEqual(codes.split('\n'), Array(makes.length).fill('OPTION_INVALID'));
});

test('of a long list the first 10,000 items are taken', async () => {
  const errors: string[] = [];
  const events = testLogger({ onError: ({ message }) => errors.push(message) });
  const tags = Array.from({ length: 10_002 }, (_, index) => `t${index}`);
  events.log('e', {}, { tags });
  events.log('e', {}, { tags: tags.slice(0, 10_000) });
  await events.flush();
  assert.deepEqual(
    events.emitted.map((event) => event.tags?.length),
    [10_000, 10_000],
  );
  assert.deepEqual(errors, ['option tags of an event: 2 items too many are left out; this is said once']);
  assert.throws(
    () => events.child({ tags }),
    /wanted an array of strings, got an array of more than 10000 items/,
  );
  assert.throws(
    () => events.child({ tags: new Array<string>(3) }),
    /option tags\[0\]: wanted a string, got nothing/,
  );
});

const throws = {
  toString() {
    throw new Error('on purpose');
  },
} as never;

function revoked(target: object = {}): never {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy as never;
}

test('an id that cannot be read makes sessions.load reject', async () => {
  const { sessions } = testLogger({ sessions: {} });
  for (const id of [throws, revoked()]) {
    await assert.rejects(sessions.load(id), { name: 'OtelEventsError', code: 'OPTION_INVALID' });
  }
});

test('a context of any name that is not entered is CONTEXT_NOT_ENTERED', () => {
  const events = testLogger();
  for (const name of [Symbol('s') as never, throws, revoked()]) {
    assert.throws(() => events.exitContext(name), { code: 'CONTEXT_NOT_ENTERED' });
  }
});

test('a revoked proxy is no option, no rule and no schema', () => {
  const events = testLogger();
  for (const target of [{}, []]) {
    const bad = revoked(target);
    const options = [bad, { tags: bad }, { session: bad }, { context: bad }, { userId: bad }];
    for (const each of options) assert.throws(() => events.child(each), { code: 'OPTION_INVALID' });
    assert.throws(() => testLogger({ redact: bad }), { code: 'OPTION_INVALID' });
    assert.throws(() => events.registerSchema(bad), { code: 'SCHEMA_INVALID' });
  }
});

test('a list that holds one list twice, and that one another, is no text of millions of commas', async () => {
  let twice: unknown = 'x';
  for (let level = 0; level < 24; level++) twice = [twice, twice];
  const events = testLogger();
  const clock = cpuClock();
  const text = twice as string;
  events.log('a', {}, { tags: [text], category: text, userId: text, message: text });
  events.trackLlm({ userId: text, prompt: text, generation: 'x' });
  assert.ok(clock() < 2_000);
  events.log('b', {}, { tags: [['web', 1] as never], userId: 10n as never });
  await events.flush();
  const tagsOf = (wanted: string): unknown => events.emitted.find(({ name }) => name === wanted)?.tags;
  assert.deepEqual([tagsOf('a'), tagsOf('b')], [['[object Array]'], ['web,1']]);
});
