import { SpanKind } from '@opentelemetry/api';
import type { EventScope } from '../../logger/event-scope.ts';
import { BANKS, toCents } from './catalogue.ts';
import { type Payment, pay } from './pay.ts';
import { OrderPaid } from './shop-events.ts';
import type { Visit } from './world.ts';

/** So much of a product. */
export interface CartItem {
  readonly sku: string;
  readonly qty: number;
  readonly price: number;
}

/** The shop is out of something. */
class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
}

/** `POST /checkout` of the shop: stock, payment, receipt. @returns whether it was paid */
export async function checkOut(visit: Visit, items: readonly CartItem[]): Promise<boolean> {
  const { shop, dice, clock } = visit;
  const total = toCents(items.reduce((sum, { price, qty }) => sum + price * qty, 0));
  const order = `o-${dice.id(6)}`;
  const payment = {
    order,
    total,
    bank: dice.pick(BANKS),
    card: `****${1000 + Math.floor(dice.next() * 9000)}`,
  };
  shop.log('checkout.started', { total, items: items.length }, { timestamp: clock.nowMs, category: 'sales' });
  await clock.wait(dice.between(2, 20) * 1000);
  const options = { timestamp: clock.nowMs, kind: SpanKind.SERVER, category: 'sales' };
  const scope = shop.track('checkout', { order, total, bank: payment.bank }, options);
  try {
    await reserveStock(visit, scope, items);
    await askForPayment(visit, scope, payment);
    scope.log(
      OrderPaid,
      { order, total, currency: 'EUR', items: items.map(({ sku, qty }) => ({ sku, qty })) },
      { timestamp: clock.nowMs },
    );
    return true;
  } catch (error) {
    scope.fail(error);
    return false;
  } finally {
    await clock.wait(dice.between(1, 6));
    scope.end({ timestamp: clock.nowMs });
  }
}

/** @throws OutOfStock */
async function reserveStock(visit: Visit, outer: EventScope, items: readonly CartItem[]): Promise<void> {
  const { dice, clock } = visit;
  const scope = outer.track(
    'stock.reserve',
    { skus: items.map(({ sku }) => sku) },
    { timestamp: clock.nowMs },
  );
  try {
    await clock.wait(dice.between(4, 40));
    if (dice.chance(0.015)) throw new OutOfStock(`${items[0]?.sku} is sold out`);
  } catch (error) {
    scope.fail(error);
    throw error;
  } finally {
    scope.end({ timestamp: clock.nowMs });
  }
}

/** The shop's side of the call to the other service. */
async function askForPayment(visit: Visit, outer: EventScope, payment: Payment): Promise<void> {
  const { dice, clock } = visit;
  const scope = outer.track(
    'POST /payments',
    { total: payment.total },
    { timestamp: clock.nowMs, kind: SpanKind.CLIENT },
  );
  try {
    await clock.wait(dice.between(1, 5));
    await pay(visit, payment, scope.traceparent);
    await clock.wait(dice.between(1, 5));
  } catch (error) {
    scope.fail(error);
    throw error;
  } finally {
    scope.end({ timestamp: clock.nowMs });
  }
}
