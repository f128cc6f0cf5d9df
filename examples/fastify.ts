// A tiny shop with Fastify: `node examples/fastify.ts`. Events go to a collector on http://localhost:4318, or where
// OTEL_EXPORTER_OTLP_ENDPOINT says.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyRequest } from 'fastify';
import { EventLogger } from 'otel-events';
import { requestContext } from 'otel-events/middleware/fastify';

/** Who is logged in, by the value of the cookie. */
const users = new Map<string, { userId: string; username: string }>();

const events = new EventLogger({ app: { name: 'fastify-shop' } });

const app = fastify();

app.register(
  requestContext({
    events,
    sessionCookie: 'sid',
    user: (request: FastifyRequest) => users.get(sidOf(request.headers.cookie)),
    requestEvents: true,
    ignore: ['/health'],
  }),
);

app.get('/health', async () => 'ok');

app.post('/login', async (request, reply) => {
  const { name } = request.body as { name: string };
  const sid = logIn(name);
  events.log('user.logged_in', { name });
  reply.header('set-cookie', `sid=${sid}; HttpOnly; SameSite=Lax; Path=/`);
  return { name };
});

app.get('/products/:sku', async (request) => {
  const { sku } = request.params as { sku: string };
  // Contexts of the app lie inside that of the request.
  await events.context('experiment', { variant: 'b' }, async () => {
    await sleep(1);
    events.log('product.viewed', { sku });
  });
  return { sku };
});

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: 'localhost' }));

function sidOf(cookies = ''): string {
  return /(?:^|; )sid=([^;]+)/.exec(cookies)?.[1] ?? '';
}

/** @returns the cookie's value */
function logIn(name: string): string {
  const sid = randomUUID();
  users.set(sid, { userId: `user-${name}`, username: name });
  return sid;
}
