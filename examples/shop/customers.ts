// The traffic of the demo: real requests over real HTTP.

const VISITS = [
  { session: 's-1', sku: 'espresso', card: '5555444433331111' },
  { session: 's-2', sku: 'flat-white', card: '5555444433332222' },
  { session: 's-3', sku: 'cake', card: '4000000000000002' },
  { session: 's-4', sku: 'espresso', card: undefined },
] as const;

/** Four people visit the shop at once: two buy, one's card is declined, one leaves. */
export async function sendCustomers(shop: string): Promise<void> {
  await Promise.all(VISITS.map((visit) => visitShop(shop, visit)));
}

async function visitShop(shop: string, { session, sku, card }: (typeof VISITS)[number]): Promise<void> {
  const headers = { 'x-session': session, 'content-type': 'application/json' };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${shop}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  await fetch(`${shop}/products/${sku}`, { headers });
  await post('/cart', { sku });
  if (card !== undefined) await post('/checkout', { items: [sku, 'cake'], card });
}
