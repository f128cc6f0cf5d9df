import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PathNode } from '../../../src/viewer/store/record/path-node.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('keys that are made of data leave nothing in memory once the tree is full', async () => {
  const root = PathNode.root(2);
  const carts = root.found(root.child('carts', true));
  carts.found(carts.child('first', false));
  const refs = Array.from(
    { length: 1000 },
    (_, at) => new WeakRef(carts.found(carts.child(`cart-${at}`, false))),
  );
  // What a WeakRef was asked for stays until the job has ended.
  await new Promise(setImmediate);
  collectGarbage();
  assert.equal(refs.filter((ref) => ref.deref() !== undefined).length, 0);
});
