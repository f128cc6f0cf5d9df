import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowField, rowSummary } from '../../../src/viewer/page/row-field.ts';
import { madeRow } from '../../browser/made-events.ts';

test('the line of a row begins with what the event has of its own', () => {
  const attributes = {
    'log.record.uid': 'u',
    'event.schema.id': 'cart.item_added',
    'user.id': 'u1',
    'event.session': { device: 'phone' },
    sku: 'A1',
    items: [1],
  };
  const row = madeRow('r1', { timeMs: 0, name: 'cart.item_added', attributes });
  assert.equal(
    rowSummary(row),
    'sku=A1  items=[1]  event.schema.id=cart.item_added  user.id=u1  event.session={"device":"phone"}',
  );
});

test('the user of a row is found as the store finds it: by either name, in a map too', () => {
  for (const attributes of [
    { 'user.id': 'ann', 'enduser.id': 'bob' },
    { 'enduser.id': 'ann' },
    { user: { id: 'ann' } },
  ])
    assert.equal(rowField(madeRow('r1', { timeMs: 0, name: 'a', attributes }), 'user'), 'ann');
});

test('what middleware writes on all events of a request stands behind what one event says', () => {
  const attributes = {
    'client.address': '127.0.0.1',
    'user_agent.original': 'node',
    'url.path': '/cart',
    'http.request.id': 'r-1',
    sku: 'A1',
    'http.request.method': 'POST',
  };
  const row = madeRow('r1', { timeMs: 0, name: 'cart.item_added', attributes });
  assert.equal(
    rowSummary(row),
    'sku=A1  http.request.method=POST  client.address=127.0.0.1  user_agent.original=node  url.path=/cart  http.request.id=r-1',
  );
});
