// A tiny shop with node:http: `node examples/node-http.ts`. Events go to a collector on http://localhost:4318, or where
// OTEL_EXPORTER_OTLP_ENDPOINT says.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogger } from 'otel-events';
import { requestContext } from 'otel-events/middleware/node';

/** Who is logged in, by the value of the cookie. */
const users = new Map<string, { userId: string; username: string }>();

const events = new EventLogger({ app: { name: 'node-http-shop' } });

const inContext = requestContext({
  events,
  sessionCookie: 'sid',
  user: (request) => users.get(sidOf(request.headers.cookie)),
  requestEvents: true,
  ignore: ['/health'],
});

const server = createServer((request, response) =>
  inContext(request, response, () => answer(request, response)),
);
server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, resource, sku = ''] = (request.url ?? '').split('/');
  const route = `${request.method} /${resource}`;
  if (route === 'GET /health') response.end('ok');
  else if (route === 'POST /login') {
    const { name } = (await json(request)) as { name: string };
    response.setHeader('set-cookie', `sid=${logIn(name)}; HttpOnly; SameSite=Lax; Path=/`);
    events.log('user.logged_in', { name });
    response.end(JSON.stringify({ name }));
  } else if (route === 'GET /products') {
    // Contexts of the app lie inside that of the request.
    await events.context('experiment', { variant: 'b' }, async () => {
      await sleep(1);
      events.log('product.viewed', { sku });
    });
    response.end(JSON.stringify({ sku }));
  } else response.writeHead(404).end();
}

function sidOf(cookies = ''): string {
  return /(?:^|; )sid=([^;]+)/.exec(cookies)?.[1] ?? '';
}

/** @returns the cookie's value */
function logIn(name: string): string {
  const sid = randomUUID();
  users.set(sid, { userId: `user-${name}`, username: name });
  return sid;
}
