import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/event.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { contentOf } from '../../src/otlp/event/event-content.ts';
import { limitAttributes } from '../../src/otlp/values/limit-values.ts';
import { decoded } from '../harness/decoded-event.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

const LONG_ID = 'id-'.repeat(20);

const EVENT: Event = {
  ...PLAIN_EVENT,
  id: LONG_ID,
  sessionId: LONG_ID,
  previousSessionId: LONG_ID,
  schema: { id: LONG_ID, version: '10.20.30', issues: [{ path: '/abcdef', expected: 'a', got: 'b' }] },
  category: 'abcdef',
  tags: ['abcdef'],
  userId: 'abcdef',
  session: { a: 'abcdef' },
  context: { ip: 'abc😀', deep: ['abcdef'] },
  failure: { type: 'abcdef', message: 'abcdef', stacktrace: 'abcdef' },
  message: 'the body is no attribute',
  data: {
    text: 'abcdef',
    fits: 'abcd',
    emoji: 'abc😀',
    whole: 'ab😀c',
    lone: 'abc\ud83dz',
    bytes: Buffer.from('abcdef'),
    view: new Uint16Array([1, 2, 3]),
    list: ['abcdef', ['abc😀', Buffer.from('abcdef')]],
    map: { deep: { text: 'abcdef' }, ['__proto__']: 'abcdef' },
    date: new Date(0),
    number: 123_456,
  },
};

const LIMITED = {
  'log.record.uid': LONG_ID,
  'session.id': LONG_ID,
  'session.previous_id': LONG_ID,
  'event.schema.id': LONG_ID,
  'event.schema.version': '10.20.30',
  'event.schema.issues': [{ path: '/abc', expected: 'a', got: 'b' }],
  'event.category': 'abcd',
  'event.tags': ['abcd'],
  'user.id': 'abcd',
  'event.session': { a: 'abcd' },
  'event.context': { ip: 'abc', deep: ['abcd'] },
  'client.address': 'abc',
  'error.type': 'abcd',
  'exception.type': 'abcd',
  'exception.message': 'abcd',
  'exception.stacktrace': 'abcd',
  text: 'abcd',
  fits: 'abcd',
  emoji: 'abc',
  whole: 'ab😀',
  bytes: new Uint8Array(Buffer.from('abcd')),
  view: new Uint8Array([1, 0, 2, 0]),
  date: '1970',
  number: 123_456,
  list: ['abcd', ['abc', new Uint8Array(Buffer.from('abcd'))]],
};

test('a limit of lengths cuts texts and bytes at any depth; no identifier, and no character in its middle', () => {
  const { map, lone, ...wire } = decoded(encodeEvent(EVENT, 128, 4)) as Record<string, unknown>;
  assert.deepEqual(wire, LIMITED);
  assert.equal(lone, 'abc\ufffd');
  assert.deepEqual(map, { deep: { text: 'abcd' }, ['__proto__']: 'abcd' });
});

test('so it does in memory', () => {
  const { attributes } = contentOf(EVENT);
  const { map, lone, ...rest } = limitAttributes(attributes, 4) as Record<string, unknown>;
  assert.deepEqual(rest, LIMITED);
  assert.equal(lone, 'abc\ud83d');
  assert.deepEqual(map, { deep: { text: 'abcd' }, 'data.__proto__': 'abcd' });
  assert.equal(attributes.text, 'abcdef');
});

test('so it does for an event that is copied with care', () => {
  const unreadable = {
    get no(): never {
      throw new Error('no');
    },
  };
  const { text, bytes, unread } = decoded(
    encodeEvent({ ...EVENT, data: { ...EVENT.data, unread: unreadable } }, 128, 4),
  ) as Record<string, unknown>;
  assert.deepEqual([text, bytes, unread], ['abcd', new Uint8Array(Buffer.from('abcd')), { no: '[Unr' }]);
});

test('a name and a promoted text that are too long are not torn in a character either', () => {
  const agent = `${'a'.repeat(4095)}😀`;
  const attributes = decoded(encodeEvent({ ...PLAIN_EVENT, context: { agent } }));
  assert.equal(attributes['user_agent.original'], 'a'.repeat(4095));
});
