import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineEvent } from '../../src/schema/index.ts';
import { testLogger } from '../../src/testing.ts';

for (const [name, id] of [
  ['Order Completed', 'Order%20Completed'],
  ['größe#1', 'gr%C3%B6%C3%9Fe%231'],
  ['cart.item_added', 'cart.item_added'],
  ['a/b', 'a/b'],
]) {
  test(`an event may be called ${name}; its schema has a URI for an id`, async () => {
    const events = testLogger();
    const schemas = [z.object({ a: z.number() }), { type: 'object', properties: { a: { type: 'number' } } }];
    for (const [index, schema] of schemas.entries()) {
      const event = defineEvent(name as string, { version: index, schema });
      events.log(event, { a: 1 });
      events.track(event, { a: 2 }, () => {});
    }
    await events.flush();
    assert.deepEqual(
      events.emitted.map((each) => [each.name, each.schemaId]),
      Array(4).fill([name, id]),
    );
  });
}

const BAD: readonly [what: string, schema: object, message: RegExp][] = [
  ['an unknown type', { type: 'strng' }, /at \/type: wanted one of/],
  ['a pattern that is none', { properties: { a: { pattern: '(' } } }, /at \/properties\/a\/pattern/],
  ['an id with a space', { $id: 'a b' }, /\$id: wanted a URI without a fragment and without spaces/],
  ['an unknown draft', { $schema: 'http://json-schema.org/draft-03/schema#' }, /this draft of JSON Schema/],
];
for (const [what, schema, message] of BAD) {
  test(`${what} is refused where the event is defined`, () => {
    const define = (): unknown => defineEvent('x', { version: 1, schema: { type: 'object', ...schema } });
    assert.throws(define, { code: 'SCHEMA_INVALID', message });
  });
}
