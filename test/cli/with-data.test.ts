import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withData } from '../../src/cli/quarantine/with-data.ts';
import { INHERITED } from '../harness/raw-http.ts';

for (const name of INHERITED.filter((each) => each !== '__proto__')) {
  test(`a field can be taken out of the data, and put in, whatever it is called: ${name}`, () => {
    const attributes = [{ key: name, value: { stringValue: 'x' } }];
    assert.deepEqual(withData(attributes, { [name]: 'x' }, {}, undefined), []);
    assert.deepEqual(withData([], {}, { [name]: 'x' }, undefined), attributes);
  });
}
