// Beside what event-tracking's SegmentBackend gave to Segment's library for the same calls.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { segment } from '../../src/formats/segment.ts';
import { testLogger } from '../../src/testing.ts';
import { type EdxInput, recordsOfSteps } from './edx-steps.ts';
import { casesOf } from './originals.ts';

interface Sent {
  readonly sent: readonly {
    readonly user_id: string | number;
    readonly event: string;
    readonly properties: { readonly timestamp: string };
    readonly context: unknown;
  }[];
}

const cases = casesOf<EdxInput, Sent>('segment');

for (const { name, input, output } of cases.filter((each) => each.output.sent.length > 0)) {
  test(`as SegmentBackend: ${name}`, async () => {
    const records = await recordsOfSteps(input);
    const expected = output.sent.map(({ user_id, event, properties, context }, index) => ({
      type: 'track',
      messageId: records[index]?.attributes['log.record.uid'],
      userId: String(user_id),
      event,
      properties,
      context,
      timestamp: properties.timestamp,
    }));
    assert.deepEqual(JSON.parse(JSON.stringify(records.map(segment))), expected);
  });
}

test('mended: what the original leaves out in silence is refused with a reason', async () => {
  const { input } = cases.find(({ name }) => name === 'no user is not sent') ?? assert.fail();
  for (const record of await recordsOfSteps(input)) {
    assert.throws(() => segment(record), { code: 'EXPORT_FAILED', reason: 'no_user', retry: undefined });
  }
});

test('a client without a user is anonymous', async () => {
  const { input } = cases.find(({ name }) => name.startsWith('a client without a user')) ?? assert.fail();
  const [payload] = (await recordsOfSteps(input)).map(segment);
  assert.equal(payload?.anonymousId, '1033501218.1368477899');
  assert.ok(payload !== undefined && !('userId' in payload));
});

test('the user may come from an option, and an empty one is none', async () => {
  const events = testLogger();
  events.log('a', {}, { userId: 'u1' });
  events.context({ user_id: '' }, () => events.log('b'));
  await events.close();
  const [withUser, without] = events.records;
  assert.ok(withUser && without);
  assert.equal(segment(withUser).userId, 'u1');
  assert.throws(() => segment(without), { reason: 'no_user' });
});
