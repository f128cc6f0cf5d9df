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
