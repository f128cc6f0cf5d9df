import { askBarista } from './ask-barista.ts';
import { PRODUCTS, type Product } from './catalogue.ts';
import { type CartItem, checkOut } from './check-out.ts';
import { CartItemAdded, ProductViewed } from './shop-events.ts';
import type { Visit, World } from './world.ts';

const SECOND_MS = 1000;

/** Somebody looks around, may put something into the cart, and may pay for it. */
export async function visitShop(world: World): Promise<void> {
  const { dice } = world;
  const person = dice.pick(world.people);
  const { device, plan, country } = person;
  const of = {
    userId: person.id,
    session: { device, plan, country },
    context: { session_id: `s-${dice.id(8)}` },
  };
  const visit = { ...world, person, shop: world.shop.child(of), payments: world.payments.child(of) };
  await arrive(visit);
  const seen = await lookAround(visit);
  if (dice.chance(0.12)) await askBarista(visit);
  if (!dice.chance(0.62)) return;
  const items = await fillCart(visit, seen);
  if (items.length === 0 || !dice.chance(0.72)) return;
  const isPaid = await checkOut(visit, items);
  if (isPaid || !dice.chance(0.5)) return;
  // Once more, or a question.
  await think(visit, 10, 60);
  if (dice.chance(0.4)) await askBarista(visit);
  else await checkOut(visit, items);
}

async function arrive(visit: Visit): Promise<void> {
  const { shop, dice, clock } = visit;
  const referrer = dice.pick(['search', 'newsletter', 'direct', 'direct', 'friend']);
  shop.log('page.viewed', { path: '/', referrer }, { timestamp: clock.nowMs });
  await think(visit, 2, 15);
  if (!dice.chance(0.5)) return;
  const method = dice.pick(['passkey', 'passkey', 'password']);
  if (method === 'password' && dice.chance(0.2)) {
    const options = { timestamp: clock.nowMs, severity: 'WARN' } as const;
    shop.log('user.sign_in_failed', { method, attempts: 1 }, options);
    await think(visit, 3, 10);
  }
  shop.log('user.signed_in', { method }, { timestamp: clock.nowMs });
}

async function lookAround(visit: Visit): Promise<readonly Product[]> {
  const { shop, dice, clock } = visit;
  const seen: Product[] = [];
  for (let count = 1 + Math.floor(dice.next() * 4); count > 0; count--) {
    await think(visit, 4, 40);
    if (dice.chance(0.15)) {
      const words = dice.pick(['light roast', 'decaf', 'gift', 'filter', 'oat milk']);
      const results = words === 'oat milk' ? 0 : Math.floor(dice.between(1, 6));
      shop.log('product.searched', { words, results }, { timestamp: clock.nowMs });
      await think(visit, 2, 10);
    }
    const product = dice.pick(PRODUCTS);
    seen.push(product);
    shop.log(ProductViewed, { ...product }, { timestamp: clock.nowMs });
  }
  return seen;
}

async function fillCart(visit: Visit, seen: readonly Product[]): Promise<readonly CartItem[]> {
  const { shop, dice, clock, person } = visit;
  const items: CartItem[] = [];
  for (const { sku, price } of seen.slice(-2)) {
    await think(visit, 3, 20);
    const item = { sku, price, qty: dice.pick([1, 1, 1, 2, 3]) };
    const isOld = person.device === 'kiosk' && dice.chance(0.06);
    const qty = isOld ? String(item.qty) : item.qty;
    shop.log(CartItemAdded, { ...item, qty }, { timestamp: clock.nowMs });
    if (!isOld) items.push(item);
  }
  if (items.length > 1 && dice.chance(0.2)) {
    await think(visit, 3, 20);
    shop.log('cart.item_removed', { sku: items.pop()?.sku }, { timestamp: clock.nowMs, category: 'cart' });
  }
  await think(visit, 5, 45);
  return items;
}

/** What people do between two clicks, in seconds. */
function think({ clock, dice }: Visit, low: number, high: number): Promise<void> {
  return clock.wait(dice.between(low, high) * SECOND_MS);
}
