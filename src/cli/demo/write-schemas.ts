import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CartItemAdded, OrderPaid, ProductViewed } from './shop-events.ts';

/** Writes what the shop's events are to be, as files that the viewer compares with what comes. */
export function writeSchemas(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const { name, jsonSchema } of [CartItemAdded, OrderPaid, ProductViewed])
    writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(jsonSchema, undefined, 2)}\n`);
}
