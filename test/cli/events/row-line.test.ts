import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowLine } from '../../../src/cli/events/row-line.ts';
import { madeRow } from '../../browser/made-events.ts';

const STYLE = { paint: (_: unknown, text: string) => text, width: Number.POSITIVE_INFINITY, hasDay: false };

/** What stands behind time, severity and name. */
function details(attributes: Record<string, unknown>, name = 'cart.item_added'): string {
  const line = rowLine(madeRow('r1', { timeMs: 0, name, attributes }), STYLE);
  return line.slice(line.indexOf(name) + name.length).trim();
}

test('a line says what its event has of its own before what all events of a request have', () => {
  assert.equal(
    details({
      'client.address': '127.0.0.1',
      'http.request.header.accept-language': '*',
      'session.id': 's1',
      sku: 'A1',
      'user.id': 'u42',
    }),
    'user.id=u42  sku=A1  session.id=s1  client.address=127.0.0.1  http.request.header.accept-language=*  service=shop',
  );
});

test('the context and the session of a span, which are texts, are left out as those of an event are', () => {
  assert.equal(
    details({ 'event.context': '{"ip":"127.0.0.1"}', 'event.session': { plan: 'free' }, total: 7 }),
    'total=7  service=shop',
  );
});

test('what went wrong is told in words first, and its type once', () => {
  assert.equal(
    details({ 'error.type': 'Declined', 'exception.type': 'Declined', 'exception.message': 'card declined' }),
    'card declined  error.type=Declined  service=shop',
  );
  assert.equal(
    details({ 'error.type': 'declined', 'exception.type': 'Error', 'exception.message': 'no' }),
    'no  error.type=declined  exception.type=Error  service=shop',
  );
});
