// Beside what event-tracking itself made of the same calls: see test/fixtures/originals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EdxPayload, edx } from '../../src/formats/edx.ts';
import { testLogger } from '../../src/testing.ts';
import { type EdxInput, recordsOfSteps } from './edx-steps.ts';
import { casesOf } from './originals.ts';

interface Sent {
  readonly sent: readonly EdxPayload[];
  readonly error?: string;
}

/** What the original does and nobody wants; each has a test of its own below. */
const MENDED = [
  'a name that is entered anew keeps its old place',
  'one name nested in itself',
  'leaving a context that is not entered',
  'a limit of the size of a line',
  'data that are empty',
];

const cases = casesOf<EdxInput, Sent>('event-tracking');

const caseOf = (name: string) => cases.find((each) => each.name === name) ?? assert.fail(`no case ${name}`);

for (const { name, input, output } of cases) {
  if (MENDED.includes(name) || name.startsWith('routing:')) continue;
  test(`as event-tracking: ${name}`, async () => {
    const payloads = (await recordsOfSteps(input)).map(edx);
    assert.deepEqual(JSON.parse(JSON.stringify(payloads)), output.sent);
    assert.deepEqual(payloads.map(Object.keys), output.sent.map(Object.keys));
  });
}

test('mended: a context that is entered anew is the innermost, also if its name was entered before', async () => {
  const { input, output } = caseOf('a name that is entered anew keeps its old place');
  const [payload] = (await recordsOfSteps(input)).map(edx);
  assert.deepEqual(output.sent[0]?.context, { x: 2 });
  assert.deepEqual(payload?.context, { x: 3 });
});

test('mended: a name can be nested in itself', async () => {
  const { input, output } = caseOf('one name nested in itself');
  const payloads = (await recordsOfSteps(input)).map(edx);
  assert.equal(output.error, 'KeyError');
  assert.deepEqual(
    payloads.map(({ name, context }) => [name, context]),
    [
      ['inner', { x: 2 }],
      ['outer', { x: 1 }],
    ],
  );
});

test('mended: leaving a context that is not entered is an error with a code', async () => {
  const { input } = caseOf('leaving a context that is not entered');
  await assert.rejects(recordsOfSteps(input), { code: 'CONTEXT_NOT_ENTERED' });
});

test('mended: data that are 0, false, an empty text or list stay what they are', async () => {
  const { input, output } = caseOf('data that are empty');
  const payloads = (await recordsOfSteps(input)).map(edx);
  assert.deepEqual(
    output.sent.map(({ data }) => data),
    [{}, {}, {}, {}, {}, {}],
  );
  assert.deepEqual(
    payloads.map(({ data }) => data),
    ['', 0, false, [], {}, {}],
  );
});

test('mended: what the caller changes after the call changes no event', async () => {
  const events = testLogger();
  const data = { list: [1] };
  events.log('a', data);
  data.list.push(2);
  await events.close();
  assert.deepEqual(events.records.map(edx)[0]?.data, { list: [1] });
  assert.deepEqual(data, { list: [1, 2] });
});

test('a user that is not of a context stands in the context; one that is keeps its type', async () => {
  const events = testLogger({ userId: 'u1' });
  events.log('option');
  events.context({ user_id: 7 }, () => {
    events.log('context');
    events.log('call', {}, { userId: 'u2' });
  });
  await events.close();
  assert.deepEqual(
    events.records.map(edx).map(({ context }) => context),
    [{ user_id: 'u1' }, { user_id: 7 }, { user_id: 'u2' }],
  );
});

test('bytes become base64, and what JSON cannot hold is text', async () => {
  const events = testLogger();
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  events.log('a', { bytes: Uint8Array.of(1, 2, 255), nan: Number.NaN, big: 2n ** 70n, cyclic });
  await events.close();
  assert.deepEqual(JSON.parse(JSON.stringify(events.records.map(edx)[0]?.data)), {
    bytes: 'AQL/',
    nan: 'NaN',
    big: '1180591620717411303424',
    cyclic: { self: '[Circular]' },
  });
});
