import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrackOptions } from '../../src/index.ts';
import type { LlmCall } from '../../src/logger/llm/llm-call.ts';
import { type TestLogger, testLogger } from '../../src/testing.ts';

/** A logger, and what it says. */
function listening(): { events: TestLogger; said: string[] } {
  const said: string[] = [];
  return { said, events: testLogger({ logLevel: 'none', onError: ({ message }) => said.push(message) }) };
}

const WRONG: Readonly<Record<string, readonly [value: unknown, said: string]>> = {
  category: [{ a: 1 }, 'wanted a string, got an object; what String() makes of it is taken'],
  message: [['secret'], 'wanted a string, got an array; what String() makes of it is taken'],
  userId: [{ a: 'secret' }, 'wanted a string, got an object; what String() makes of it is taken'],
  projectId: [Symbol('secret'), 'wanted a string, got a symbol; what String() makes of it is taken'],
  tags: [{ a: 'secret' }, 'wanted an array of strings, got an object; it is ignored'],
  session: ['secret', 'wanted an object, got a string; it is ignored'],
  kind: ['secret', 'wanted a number from 0 to 4 (SpanKind), got a string; it is ignored'],
  links: [3, 'wanted an array of links, got a number; it is ignored'],
  exporters: ['secret', 'wanted an array of names, got a string; it is ignored'],
  outputPath: [3, 'wanted a path that is not empty, got a number; it is ignored'],
  traceparent: ['secret', 'wanted a valid W3C header, got a string; it is ignored'],
  severity: ['secret', 'wanted a number from 1 to 24 or a name such as WARN, got a string; INFO is used'],
  timestamp: [
    'secret',
    'wanted a date from 1970 to 2553, epoch milliseconds or epoch nanoseconds as bigint, got a string; now is used',
  ],
};

for (const [name, [value, what]] of Object.entries(WRONG)) {
  test(`option ${name} of a wrong type is said once, by log(), track() and scopes alike`, async () => {
    const expected = [`option ${name} of an event: ${what}; this is said once`];
    const options = { [name]: value } as TrackOptions;
    const one = listening();
    one.events.log('a', {}, options);
    one.events.log('a', {}, options);
    assert.deepEqual(one.said, expected);
    const two = listening();
    two.events.track('b', {}, options).end();
    assert.deepEqual(two.said, expected);
    const three = listening();
    const scope = three.events.track('c');
    scope.log('d', {}, options);
    scope.track('e', {}, options).end();
    scope.end();
    assert.deepEqual(three.said, expected);
    await three.events.flush();
    assert.equal(three.events.emitted.length, 3);
  });
}

test('one text is one tag; an item that is no text is said', async () => {
  const { events, said } = listening();
  events.log('a', {}, { tags: 'web' } as never);
  assert.deepEqual(said, []);
  events.log('b', {}, { tags: ['web', 7, null] } as never);
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ tags }) => tags),
    [['web'], ['web', '7', 'null']],
  );
  assert.deepEqual(said, [
    'an item of option tags of an event: wanted a string, got null; what String() makes of it is taken; this is said once',
  ]);
});

test('numbers are texts, and null is nothing, without a word', async () => {
  const { events, said } = listening();
  events.log('a', {}, { userId: 42, category: null, session: null, tags: null, message: 1n } as never);
  await events.flush();
  assert.deepEqual(said, []);
  assert.equal(events.emitted[0]?.userId, '42');
});

test('lists, maps and dates are no sessions; a list is no object of options', async () => {
  const { events, said } = listening();
  const type = (got: string): string =>
    `option session of an event: wanted an object, got ${got}; it is ignored; this is said once`;
  events.log('a', {}, { session: ['x'] } as never);
  listenTo(new Map([['a', 1]]), 'an object');
  listenTo(new Date(0), 'a date');
  events.log('b', {}, ['web'] as never);
  await events.flush();
  assert.deepEqual(said, [
    type('an array'),
    'options of an event: wanted an object, got an array; the argument is ignored; this is said once',
  ]);
  assert.deepEqual(
    events.emitted.map(({ session }) => session),
    [{}, {}],
  );

  function listenTo(session: unknown, got: string): void {
    const other = listening();
    other.events.log('a', {}, { session } as never);
    assert.deepEqual(other.said, [type(got)]);
  }
});

test('a link without a context is left out, and said', () => {
  const { events, said } = listening();
  events.track('a', {}, { links: ['secret'] as unknown as TrackOptions['links'] }).end();
  assert.deepEqual(said, [
    'an item of option links of an event: wanted an object with a context, got a string; it is left out; this is said once',
  ]);
});

test('trackLlm says wrong types of its options, misspelt fields, and what is no call', () => {
  const { events, said } = listening();
  events.trackLlm({ model: 'm', tags: { a: 1 } } as unknown as LlmCall);
  events.trackLlm({ modle: 'secret', temperature: 1 } as LlmCall);
  events.trackLlm('secret' as unknown as LlmCall);
  assert.deepEqual(said, [
    'option tags of an event: wanted an array of strings, got an object; it is ignored; this is said once',
    'trackLlm: modle: wanted the name of a field (did you mean model?); the value is left out, this is said once',
    'trackLlm: the argument: wanted an object, got a string; the value is left out, this is said once',
  ]);
});
