// A tiny shop with Koa: `node examples/koa.ts`. Events go to a collector on http://localhost:4318, or where
// OTEL_EXPORTER_OTLP_ENDPOINT says.
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import Koa, { type Context } from 'koa';
import { EventLogger } from 'otel-events';
import { requestContext } from 'otel-events/middleware/koa';

/** Who is logged in, by the value of the cookie. */
const users = new Map<string, { userId: string; username: string }>();

const events = new EventLogger({ app: { name: 'koa-shop' } });

const app = new Koa();

app.use(
  requestContext({
    events,
    sessionCookie: 'sid',
    user: (context: Context) => users.get(sidOf(context.get('cookie'))),
    requestEvents: true,
    ignore: ['/health'],
  }),
);

app.use(async (context) => {
  const [, resource, sku = ''] = context.path.split('/');
  const route = `${context.method} /${resource}`;
  if (route === 'GET /health') context.body = 'ok';
  else if (route === 'POST /login') {
    const { name } = (await json(context.req)) as { name: string };
    context.cookies.set('sid', logIn(name), { sameSite: 'lax' });
    events.log('user.logged_in', { name });
    context.body = { name };
  } else if (route === 'GET /products') {
    // Contexts of the app lie inside that of the request.
    await events.context('experiment', { variant: 'b' }, async () => {
      await sleep(1);
      events.log('product.viewed', { sku });
    });
    context.body = { sku };
  }
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`);
});

function sidOf(cookies = ''): string {
  return /(?:^|; )sid=([^;]+)/.exec(cookies)?.[1] ?? '';
}

/** @returns the cookie's value */
function logIn(name: string): string {
  const sid = randomUUID();
  users.set(sid, { userId: `user-${name}`, username: name });
  return sid;
}
