// A tiny shop with Hono on Node: `node examples/hono.ts`. Events go to a collector on http://localhost:4318, or where
// OTEL_EXPORTER_OTLP_ENDPOINT says.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { EventLogger } from 'otel-events';
import { requestContext } from 'otel-events/middleware/hono';

/** Who is logged in, by the value of the cookie. */
const users = new Map<string, { userId: string; username: string }>();

const events = new EventLogger({ app: { name: 'hono-shop' } });

const app = new Hono();

app.use(
  requestContext({
    events,
    sessionCookie: 'sid',
    user: (context: Context) => users.get(getCookie(context, 'sid') ?? ''),
    requestEvents: true,
    ignore: ['/health'],
  }),
);

app.get('/health', (context) => context.text('ok'));

app.post('/login', async (context) => {
  const { name } = await context.req.json<{ name: string }>();
  setCookie(context, 'sid', logIn(name), { httpOnly: true, sameSite: 'Lax' });
  events.log('user.logged_in', { name });
  return context.json({ name });
});

app.get('/products/:sku', async (context) => {
  const sku = context.req.param('sku');
  // Contexts of the app lie inside that of the request.
  await events.context('experiment', { variant: 'b' }, async () => {
    await sleep(1);
    events.log('product.viewed', { sku });
  });
  return context.json({ sku });
});

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`http://localhost:${port}`);
});

/** @returns the cookie's value */
function logIn(name: string): string {
  const sid = randomUUID();
  users.set(sid, { userId: `user-${name}`, username: name });
  return sid;
}
