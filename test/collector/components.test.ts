import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPONENTS } from '../../src/collector/components.ts';
import { Problems } from '../../src/collector/config/problems.ts';

const NOTHING = { kind: 'map', at: undefined, entries: new Map() } as const;

for (const [section, known] of Object.entries<(typeof COMPONENTS)[keyof typeof COMPONENTS]>({
  ...COMPONENTS,
})) {
  for (const { types, load } of known) {
    test(`what is loaded for ${section}.${types[0]} is that`, async () => {
      const shape = await load();
      const { type } = shape.read(NOTHING, '', new Problems());
      assert.equal(type, types[0]);
    });
  }
}
