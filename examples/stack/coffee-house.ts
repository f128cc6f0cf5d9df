// The app of the stack's demo: a small shop with Express, and an assistant that knows about coffee.
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { EventLogger } from 'otel-events';
import { requestContext } from 'otel-events/middleware/express';
import { defineEvent } from 'otel-events/schema';
import { z } from 'zod';
import { askAssistant } from './assistant.ts';

const PRICES: Readonly<Record<string, number>> = { espresso: 2.5, 'flat-white': 3.9, cake: 4.5 };

/** Says what an order is; an order that is not one is kept aside, and counted as rejected. */
const OrderPlaced = defineEvent('order.placed', {
  version: 1,
  schema: z.object({
    total: z.number().positive(),
    items: z.array(z.string()),
    email: z.string().optional(),
  }),
  personal: { '/email': ['contact'] },
});

/** A payment that the bank refused. */
class PaymentDeclined extends Error {
  override readonly name = 'PaymentDeclined';
}

/** `GET /menu/SKU`, `POST /cart {sku}`, `POST /orders {items, card}`, `POST /questions {question}`. */
export function coffeeHouse(events: EventLogger): Express {
  const app = express();
  // Who asks, and for what, stands on everything that is logged meanwhile. A real shop would ask its log-in.
  const user = (request: Request) => ({ userId: request.get('x-user') ?? 'nobody' });
  app.use(requestContext({ events, user, requestEvents: true }));
  app.use(express.json());

  app.get('/menu/:sku', (request, response) => {
    const { sku } = request.params;
    events.log('product.viewed', { sku, price: PRICES[sku] });
    response.json({ sku, price: PRICES[sku] });
  });

  app.post('/cart', (request, response) => {
    const { sku } = request.body as { sku: string };
    events.log('cart.item_added', { sku, qty: 1 }, { category: 'cart' });
    response.status(201).json({ sku });
  });

  app.post('/orders', async (request, response) => {
    const { items, card } = request.body as { items: string[]; card: string };
    const total = items.reduce((sum, sku) => sum + (PRICES[sku] ?? 0), 0);
    await events.track('checkout', { items }, { category: 'sales' }, async (scope) => {
      scope.add({ total });
      await events.track('payment', { total, card: `****${card.slice(-4)}` }, () => pay(card));
      events.log(OrderPlaced, { total, items, email: 'ada@example.org' });
    });
    response.json({ total });
  });

  app.post('/questions', async (request, response) => {
    const { question, thread, rating } = request.body as {
      question: string;
      thread: string;
      rating?: number;
    };
    response.json({ answer: await askAssistant(events, { question, thread, rating }) });
  });

  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(error instanceof PaymentDeclined ? 402 : 500).json({ error: error.name });
  });
  return app;
}

async function pay(card: string): Promise<void> {
  await sleep(5 + Math.random() * 30);
  if (card.startsWith('4000')) throw new PaymentDeclined('the bank declined the card');
}
