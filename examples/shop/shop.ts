// A small real shop over HTTP. This file is what an app looks like that uses otel-events.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLogger } from 'otel-events';

const PRICES: Readonly<Record<string, number>> = { espresso: 2.5, 'flat-white': 3.9, cake: 4.5 };

interface Order {
  readonly items: readonly string[];
  readonly card: string;
}

/** A payment that the bank refused. */
export class PaymentDeclined extends Error {
  override readonly name = 'PaymentDeclined';
}

/** `GET /products/NAME`, `POST /cart {sku}`, `POST /checkout {items, card}`. */
export function createShop(events: EventLogger): Server {
  return createServer((request, response) => {
    // Everything this visitor does carries the session.
    const session = { id: String(request.headers['x-session'] ?? 'none') };
    void answer(events.child({ session }), request, response);
  });
}

async function answer(
  events: EventLogger,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, resource = '', sku = ''] = (request.url ?? '').split('/');
  const route = `${request.method} /${resource}`;
  try {
    if (route === 'GET /products') send(response, 200, browse(events, sku));
    else if (route === 'POST /cart') send(response, 201, addToCart(events, await json(request)));
    else if (route === 'POST /checkout') send(response, 200, await checkOut(events, await json(request)));
    else send(response, 404, { error: 'not found' });
  } catch (error) {
    const declined = error instanceof PaymentDeclined;
    send(response, declined ? 402 : 500, { error: declined ? error.message : 'internal error' });
  }
}

function browse(events: EventLogger, sku: string): object {
  events.log('product.viewed', { sku, price: PRICES[sku] });
  return { sku, price: PRICES[sku] };
}

function addToCart(events: EventLogger, body: unknown): object {
  const { sku } = body as { sku: string };
  events.log('cart.item_added', { sku, qty: 1 }, { category: 'cart' });
  return { sku };
}

function checkOut(events: EventLogger, body: unknown): Promise<object> {
  const { items, card } = body as Order;
  return events.track('checkout', { items }, { category: 'sales' }, async (scope) => {
    const total = items.reduce((sum, sku) => sum + (PRICES[sku] ?? 0), 0);
    scope.add({ total });
    await pay(events, card, total);
    return { paid: total };
  });
}

function pay(events: EventLogger, card: string, total: number): Promise<void> {
  return events.track('payment', { total, card: `****${card.slice(-4)}` }, async () => {
    await sleep(5 + total);
    if (card.startsWith('4000')) throw new PaymentDeclined('the bank declined the card');
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
