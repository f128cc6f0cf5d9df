import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import express, { type ErrorRequestHandler } from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import type { EventLogger } from '../../src/index.ts';
import { requestContext as expressContext } from '../../src/middleware/express.ts';
import { requestContext as fastifyContext } from '../../src/middleware/fastify.ts';
import { requestContext as honoContext } from '../../src/middleware/hono.ts';
import { requestContext as koaContext } from '../../src/middleware/koa.ts';
import { requestContext as nodeContext } from '../../src/middleware/node.ts';
import type { RequestContextOptions } from '../../src/middleware/request-context-options.ts';

export const FRAMEWORKS = ['express', 'fastify', 'koa', 'hono', 'node'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** Options for whichever framework; `user` and `session` are told the header `x-who`. */
export interface AppOptions
  extends Omit<RequestContextOptions<never>, 'events' | 'user' | 'session' | 'requestEvents'> {
  readonly requestEvents?: NonNullable<RequestContextOptions<never>['requestEvents']>;
  readonly user?: (who: string) => ReturnType<NonNullable<RequestContextOptions<never>['user']>>;
  readonly session?: (who: string) => ReturnType<NonNullable<RequestContextOptions<never>['session']>>;
}

export interface App extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/**
 * A real server with the same routes in each framework: `GET /items/ID` logs `before` and `after` an await,
 * `POST /orders` logs `order` once the body is parsed, `GET /boom` fails and logs `failed` where errors are
 * handled, `GET /slow` logs `slow` and never answers, all else is not found.
 */
export async function startApp(
  framework: Framework,
  events: EventLogger,
  options: AppOptions = {},
): Promise<App> {
  const server = createServer({ maxHeaderSize: 4 * 1024 * 1024 });
  await APPS[framework](events, options, server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The options as a framework's middleware takes them. */
function optionsFor<Request>(
  events: EventLogger,
  { user, session, ...rest }: AppOptions,
  who: (request: Request) => string | string[] | undefined,
): RequestContextOptions<Request> {
  const options: RequestContextOptions<Request> = { events, ...rest };
  if (user !== undefined) Object.assign(options, { user: (request: Request) => user(String(who(request))) });
  if (session !== undefined) {
    Object.assign(options, { session: (request: Request) => session(String(who(request))) });
  }
  return options;
}

type StartApp = (events: EventLogger, options: AppOptions, server: Server) => void | Promise<void>;

async function visitItem(events: EventLogger, id: string): Promise<object> {
  events.log('before', { id });
  await sleep(Math.random() * 3);
  events.log('after', { id });
  return { id };
}

const never = new Promise<never>(() => {});

function stall(events: EventLogger): Promise<never> {
  events.log('slow');
  return never;
}

function fail(): never {
  throw new Error('boom');
}

const APPS: Readonly<Record<Framework, StartApp>> = {
  express(events, options, server) {
    const app = express();
    const router = express.Router();
    const whenFailed: ErrorRequestHandler = (_error, _request, response, _next) => {
      events.log('failed');
      response.status(500).end();
    };
    app.use(
      expressContext(optionsFor<express.Request>(events, options, (request) => request.headers['x-who'])),
    );
    app.use(express.json());
    router.get('/:id', async (request, response) => {
      response.json(await visitItem(events, String(request.params.id)));
    });
    app.use('/items', router);
    app.post('/orders', (_request, response) => {
      events.log('order');
      response.json({});
    });
    app.get('/slow', () => stall(events));
    app.get('/boom', fail);
    app.use(whenFailed);
    server.on('request', app as RequestListener);
  },

  async fastify(events, options, server) {
    const app = fastify({
      serverFactory: (handler) => server.on('request', handler),
    });
    app.register(
      fastifyContext(
        optionsFor<fastify.FastifyRequest>(events, options, (request) => request.headers['x-who']),
      ),
    );
    app.setErrorHandler((_error, _request, reply) => {
      events.log('failed');
      return reply.status(500).send();
    });
    app.get('/items/:id', (request) => visitItem(events, (request.params as { id: string }).id));
    app.post('/orders', async () => {
      events.log('order');
      return {};
    });
    app.get('/slow', () => stall(events));
    app.get('/boom', async () => fail());
    await app.ready();
  },

  koa(events, options, server) {
    const app = new Koa();
    app.on('error', () => events.log('failed'));
    app.use(koaContext(optionsFor<Koa.Context>(events, options, (context) => context.get('x-who'))));
    app.use(async (context) => {
      const [, resource, id = ''] = context.path.split('/');
      if (resource === 'items') context.body = await visitItem(events, id);
      else if (resource === 'orders') {
        Object.assign(context.request, { body: await json(context.req) });
        events.log('order');
        context.body = {};
      } else if (resource === 'slow') await stall(events);
      else if (resource === 'boom') fail();
    });
    server.on('request', app.callback());
  },

  hono(events, options, server) {
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.use(
      honoContext(
        optionsFor<import('hono').Context>(events, options, (context) => context.req.header('x-who')),
      ),
    );
    app.onError((_error, context) => {
      events.log('failed');
      return context.json({}, 500);
    });
    app.get('/items/:id', async (context) => context.json(await visitItem(events, context.req.param('id'))));
    app.post('/orders', async (context) => {
      await context.req.json();
      events.log('order');
      return context.json({});
    });
    app.get('/slow', () => stall(events));
    app.get('/boom', fail);
    server.on('request', getRequestListener(app.fetch));
  },

  node(events, options, server) {
    const inContext = nodeContext(
      optionsFor<import('node:http').IncomingMessage>(events, options, (request) => request.headers['x-who']),
    );
    server.on('request', (request, response) =>
      inContext(request, response, async () => {
        try {
          const [, resource, id = ''] = new URL(request.url ?? '', 'http://localhost').pathname.split('/');
          if (resource === 'items') response.end(JSON.stringify(await visitItem(events, id)));
          else if (resource === 'orders') {
            // By `end`, which the socket causes, not by awaiting.
            const chunks: Buffer[] = [];
            request.on('data', (chunk: Buffer) => chunks.push(chunk));
            request.on('end', () => {
              Object.assign(request, { body: JSON.parse(String(Buffer.concat(chunks))) });
              events.log('order');
              response.end('{}');
            });
          } else if (resource === 'slow') await stall(events);
          else if (resource === 'boom') fail();
          else response.writeHead(404).end();
        } catch {
          events.log('failed');
          response.writeHead(500).end();
        }
      }),
    );
  },
};
