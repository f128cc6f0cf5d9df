import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf } from '../../src/otlp/event/event-content.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

// In a file of its own: what was asked for before decides where the cache of keys looks first.
test('a key of no length takes its prefix in the first event of a process, too', () => {
  const { attributes } = contentOf({ ...PLAIN_EVENT, data: { '': 1 } });
  assert.deepEqual([attributes['data.'], Object.hasOwn(attributes, '')], [1, false]);
});
