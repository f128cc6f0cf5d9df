import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withData } from '../../src/quarantine/with-data.ts';
import { INHERITED } from '../harness/raw-http.ts';

test('a field that has kept its name is changed under it', () => {
  const attributes = [
    { key: 'session.id', value: { stringValue: 's1' } },
    { key: 'event.data.kept', value: { arrayValue: { values: [{ stringValue: 'session.id' }] } } },
  ];
  assert.deepEqual(withData(attributes, { 'session.id': 's1' }, { 'session.id': 's2' }, undefined), [
    { key: 'session.id', value: { stringValue: 's2' } },
    attributes[1],
  ]);
});

for (const name of INHERITED.filter((each) => each !== '__proto__')) {
  test(`a field can be taken out of the data, and put in, whatever it is called: ${name}`, () => {
    const attributes = [{ key: name, value: { stringValue: 'x' } }];
    assert.deepEqual(withData(attributes, { [name]: 'x' }, {}, undefined), []);
    assert.deepEqual(withData([], {}, { [name]: 'x' }, undefined), attributes);
  });
}
