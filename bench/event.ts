/** The event that is measured everywhere: nested, about 300 bytes as JSON. */
export const NAME = 'checkout.completed';

export const DATA = makeData();

/**
 * A new object for each event, as in an app, so that nobody can remember one he has seen.
 * @param seq - the event's number, by which a receiver tells what is missing, double or out of order
 */
export function numberedData(seq: number): typeof DATA & { readonly seq: number } {
  return { seq, ...makeData() };
}

function makeData() {
  return {
    cart: { id: 'c-4711', currency: 'EUR', total: 129.9, items: 3 },
    customer: { segment: 'returning', country: 'DE', vip: false },
    items: [
      { sku: 'A-1', qty: 1, price: 99.9 },
      { sku: 'B-2', qty: 2, price: 15 },
    ],
    payment: { method: 'card', attempts: 1, latency_ms: 183.25 },
    experiment: 'one-page-checkout',
  };
}
