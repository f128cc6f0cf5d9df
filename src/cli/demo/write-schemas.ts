import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../make-directory.ts';
import { CartItemAdded, OrderPaid, ProductViewed } from './shop-events.ts';

/** Writes what the shop's events are to be, as files that the viewer compares with what comes. */
export function writeSchemas(directory: string): void {
  makeDirectory(directory);
  for (const { name, jsonSchema } of [CartItemAdded, OrderPaid, ProductViewed])
    writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(jsonSchema, undefined, 2)}\n`);
}
