import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { type CliRun, ended } from './spool-samples.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const MAIN = path.join(ROOT, 'src', 'cli', 'main.ts');

/** Runs `otel-events` to its end. */
export function otelEvents(...args: readonly string[]): Promise<CliRun> {
  return otelEventsIn([], args);
}

/** The same, in a Node with these arguments. */
export function otelEventsIn(nodeArgs: readonly string[], args: readonly string[]): Promise<CliRun> {
  const all = ['--no-warnings', ...nodeArgs, MAIN, ...args];
  return ended(spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** A directory with these files. */
export function files(t: TestContext, texts: Readonly<Record<string, string>>): string {
  const directory = tempDir(t);
  for (const [name, text] of Object.entries(texts)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return directory;
}

/** A schema with everything that tools tell of: categories at all depths, lists, references, examples. */
export const CHECKOUT = `$id: https://example.com/cart/checked_out
version: 1
title: Checked out
description: Somebody paid. Or tried to.
type: object
properties:
  sku: { type: string, description: What was bought, examples: [A1, B2] }
  qty: { type: integer, minimum: 1 }
  email: { type: string, format: email, categories: [user-identifier] }
  user.id: { type: string, categories: [user-identifier] }
  state: { enum: [paid, failed], description: 'how | it <went>' }
  address:
    type: object
    properties:
      street: { type: string, categories: [user-identifier, location] }
      country: { type: string, categories: [unrestricted] }
  items: { type: array, items: { $ref: '#/definitions/item' } }
  tags: { type: array, items: { type: string } }
required: [sku, qty]
definitions:
  item:
    type: object
    properties:
      sku: { type: string }
      card: { type: string, categories: [payment] }
examples: [{ sku: A1, qty: 1 }]
`;

/** A module with an event in two versions, of which the newer one is a Zod schema. */
export const CART_EVENTS = `
import { defineEvent } from ${JSON.stringify(path.join(ROOT, 'src', 'schema', 'define', 'define-event.ts'))};
import * as z from ${JSON.stringify(path.join(ROOT, 'node_modules', 'zod', 'index.js'))};
export const CartItemAdded = defineEvent('cart.item_added', {
  version: 2,
  description: 'An item was put into a cart.',
  category: 'cart',
  schema: z.object({ sku: z.string(), qty: z.number().int(), email: z.string().optional() }),
  personal: { '/email': ['user-identifier'] },
});
export const events = [
  defineEvent('cart.item_added', {
    version: 1,
    schema: { type: 'object', properties: { sku: { type: 'number' } } },
  }),
];
export const other = 7;
`;
