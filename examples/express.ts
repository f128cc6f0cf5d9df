// A tiny shop with Express: `node examples/express.ts`. Events go to a collector on http://localhost:4318, or where
// OTEL_EXPORTER_OTLP_ENDPOINT says.
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request } from 'express';
import { EventLogger } from 'otel-events';
import { requestContext } from 'otel-events/middleware/express';

/** Who is logged in, by the value of the cookie. */
const users = new Map<string, { userId: string; username: string }>();

const events = new EventLogger({ app: { name: 'express-shop' } });

const app = express();

app.use(
  requestContext({
    events,
    sessionCookie: 'sid',
    user: (request: Request) => users.get(sidOf(request.headers.cookie)),
    requestEvents: true,
    ignore: ['/health'],
  }),
);
app.use(express.json());

app.get('/health', (_, response) => void response.send('ok'));

app.post('/login', (request, response) => {
  const { name } = request.body as { name: string };
  const sid = logIn(name);
  events.log('user.logged_in', { name });
  response.cookie('sid', sid, { httpOnly: true, sameSite: 'lax' }).json({ name });
});

app.get('/products/:sku', async (request, response) => {
  const { sku } = request.params;
  // Contexts of the app lie inside that of the request.
  await events.context('experiment', { variant: 'b' }, async () => {
    await sleep(1);
    events.log('product.viewed', { sku });
  });
  response.json({ sku });
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
