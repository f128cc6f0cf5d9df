// Read by the compiler only: what callers of typed events may write, and what they may not.
import type { EventLogger } from 'otel-events';
import { type DefinedEvent, defineEvent } from 'otel-events/schema';
import { z } from 'zod';

const CartItemAdded = defineEvent('cart.item_added', {
  version: 1,
  schema: z.object({ sku: z.string(), qty: z.coerce.number().int(), note: z.string().optional() }),
});
const Plain = defineEvent('plain', {
  version: '2',
  schema: { type: 'object', properties: { a: { type: 'string' } } },
});
declare const events: EventLogger;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Typed = NonNullable<(typeof CartItemAdded)['~types']>;
/** Callers give what the schema takes, exporters get what it makes of that. */
export const input: Equal<Typed['input'], { sku: string; qty: unknown; note?: string | undefined }> = true;
export const output: Equal<Typed['output'], { sku: string; qty: number; note?: string | undefined }> = true;

export const id: string = events.log(CartItemAdded, { sku: 'A1', qty: '2' });
events.record(CartItemAdded, { sku: 'A1', qty: 2, note: 'x' }, { timestamp: 0 });
events.log(Plain, { anything: true });
events.log('untyped', { anything: true });
events.record('schema.id', 1, { anything: true }, { timestamp: new Date(0) });
export const result: number = events.track(CartItemAdded, { sku: 'A1' }, (scope) => {
  scope.add({ qty: 2 });
  return 1;
});
export const defined: DefinedEvent = CartItemAdded;

// @ts-expect-error a field that was renamed is an error at every call
events.log(CartItemAdded, { article: 'A1', qty: 2 });
// @ts-expect-error the type of a field counts
events.record(CartItemAdded, { sku: 1, qty: 2 });
// @ts-expect-error a field is missing
events.log(CartItemAdded, { sku: 'A1' });
// @ts-expect-error no data at all
events.log(CartItemAdded);
// @ts-expect-error track takes a part of the fields, but no others
events.track(CartItemAdded, { article: 'A1' }, () => {});
// @ts-expect-error a version is needed
events.record('schema.id', { anything: true });
// @ts-expect-error a definition needs a version
defineEvent('no.version', { schema: z.object({}) });
// @ts-expect-error there are three policies
defineEvent('bad.policy', { version: 1, schema: z.object({}), onInvalid: 'ignore' });

// In scopes as well.
events.track('untyped', (scope) => {
  scope.add({ anything: true });
  scope.log(CartItemAdded, { sku: 'A1', qty: 2 });
  scope.track(CartItemAdded, { sku: 'A1' }, (inner) => inner.add({ qty: 2 }));
  // @ts-expect-error a field is missing
  scope.log(CartItemAdded, { sku: 'A1' });
  // @ts-expect-error track takes a part of the fields, but no others
  scope.track(CartItemAdded, { article: 'A1' }, () => {});
});
const held = events.track(CartItemAdded, { sku: 'A1' });
held.add({ qty: 2 });
// @ts-expect-error a scope of a defined event takes its fields
held.add({ article: 'A1' });
// @ts-expect-error in a callback as well
events.track(CartItemAdded, (scope) => scope.add({ article: 'A1' }));
export const typed: number = events.track<number>('untyped', () => 1);
export const awaited: Promise<string> = events.track('untyped', { a: 1 }, { kind: 1 }, async () => 'x');

// What is not there may be said, with `exactOptionalPropertyTypes`.
events.log('a', {}, { userId: undefined, severity: undefined, tags: undefined });
events.trackLlm({ prompt: 'x', usage: undefined, model: undefined });
events.log('a', {}, { severity: 'warn' });
events.log('a', {}, { severity: 'ERROR2' });
events.log('a', {}, { severity: 17 });
// @ts-expect-error no severity has this name
events.log('a', {}, { severity: 'loud' });
// @ts-expect-error an option that does not exist is what is wrong here
events.log('a', {}, { user: 'x' });
declare const named: string | typeof CartItemAdded;
events.log(named, { sku: 'A1', qty: 2 });
