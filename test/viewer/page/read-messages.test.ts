import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessages } from '../../../src/viewer/page/read-messages.ts';
import type { Row } from '../../../src/viewer/store/event-store.ts';

function said(value: unknown) {
  return readMessages(
    { attributes: { 'gen_ai.input.messages': value } } as unknown as Row,
    'gen_ai.input.messages',
  );
}

test('messages are read as lists of events and as JSON of spans', () => {
  const messages = [
    { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
    { role: 'assistant', parts: [{ type: 'tool_call', id: '1', name: 'find', arguments: { a: 1 } }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: '1', response: 'found' }] },
  ];
  const read = [
    { role: 'user', kind: 'text', title: '', text: 'hi' },
    { role: 'assistant', kind: 'call', title: 'find', text: '{\n  "a": 1\n}' },
    { role: 'tool', kind: 'response', title: '1', text: 'found' },
  ];
  assert.deepEqual(said(messages), read);
  assert.deepEqual(said(JSON.stringify(messages)), read);
});

test('what is no message is shown as it is', () => {
  assert.deepEqual(said('[1, cut'), [{ role: 'user', kind: 'text', title: '', text: '[1, cut' }]);
  assert.deepEqual(said([null]), [{ role: 'user', kind: 'text', title: '', text: '' }]);
  assert.deepEqual(said([{ role: 'user', content: 'plain' }]), [
    { role: 'user', kind: 'text', title: '', text: 'plain' },
  ]);
  assert.deepEqual(said([{ role: 7, parts: [{ type: 'image', content: { uri: 'x' } }] }]), [
    { role: 'assistant', kind: 'other', title: 'image', text: '{\n  "uri": "x"\n}' },
  ]);
  assert.deepEqual(said(undefined), []);
});
