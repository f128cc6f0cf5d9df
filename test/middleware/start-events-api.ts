import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import type { EventsApiOptions } from '../../src/middleware/events-api-options.ts';
import { eventsApi as expressApi, requestContext as expressContext } from '../../src/middleware/express.ts';
import { eventsApi as fastifyApi, requestContext as fastifyContext } from '../../src/middleware/fastify.ts';
import { eventsApi as honoApi, requestContext as honoContext } from '../../src/middleware/hono.ts';
import { eventsApi as koaApi, requestContext as koaContext } from '../../src/middleware/koa.ts';
import { eventsApi as nodeApi, requestContext as nodeContext } from '../../src/middleware/node.ts';
import type { TestLogger } from '../../src/testing.ts';
import type { Framework } from './start-app.ts';

/** Options for whichever framework; `authorize` is told the header `x-who`. */
export interface ApiOptions extends Omit<EventsApiOptions<never>, 'events' | 'authorize'> {
  readonly authorize?: (who: string, action: string) => ReturnType<AuthorizeOf>;
}

type AuthorizeOf = NonNullable<EventsApiOptions<never>['authorize']>;

export interface Api extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  readonly port: number;
  /** How the framework's app is closed. */
  close(): Promise<void>;
}

/** An app with the context of requests, the routes for events, and `/other`. */
export async function startEventsApi(
  framework: Framework,
  events: TestLogger,
  options: ApiOptions = {},
): Promise<Api> {
  const server = createServer();
  const close = await APPS[framework](events, options, server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const closeServer = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    port,
    close: close ?? closeServer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      if (server.listening) await closeServer();
    },
  };
}

type Start = (events: TestLogger, options: ApiOptions, server: Server) => void | Promise<() => Promise<void>>;

/** The options as a framework's routes take them. */
function optionsFor<Request>(
  events: TestLogger,
  { authorize, ...rest }: ApiOptions,
  who: (request: Request) => unknown,
): EventsApiOptions<Request> {
  const options: EventsApiOptions<Request> = { events, ...rest };
  if (authorize === undefined) return options;
  return { ...options, authorize: (request, action) => authorize(String(who(request)), action) };
}

const APPS: Readonly<Record<Framework, Start>> = {
  express(events, options, server) {
    const app = express();
    app.use(expressContext({ events }));
    app.use(expressApi(optionsFor<express.Request>(events, options, (request) => request.headers['x-who'])));
    app.all('/other', (_, response) => void response.send('other'));
    server.on('request', app as RequestListener);
  },

  async fastify(events, options, server) {
    const app = fastify({ serverFactory: (handler) => server.on('request', handler) });
    app.register(fastifyContext({ events }));
    app.register(
      fastifyApi(optionsFor<fastify.FastifyRequest>(events, options, (request) => request.headers['x-who'])),
    );
    app.all('/other', async () => 'other');
    await app.ready();
    return async () => {
      await app.close();
    };
  },

  koa(events, options, server) {
    const app = new Koa();
    app.use(koaContext({ events }));
    app.use(koaApi(optionsFor<Koa.Context>(events, options, (context) => context.get('x-who'))));
    app.use(async (context) => {
      if (context.url === '/other') context.body = 'other';
    });
    server.on('request', app.callback());
  },

  hono(events, options, server) {
    const app = new Hono();
    app.use(honoContext({ events }));
    app.use(
      honoApi(optionsFor<import('hono').Context>(events, options, (context) => context.req.header('x-who'))),
    );
    app.all('/other', (context) => context.text('other'));
    server.on('request', getRequestListener(app.fetch));
  },

  node(events, options, server) {
    const inContext = nodeContext({ events });
    const api = nodeApi(
      optionsFor<import('node:http').IncomingMessage>(events, options, (request) => request.headers['x-who']),
    );
    server.on('request', (request, response) =>
      inContext(request, response, () =>
        api(request, response, () => {
          if (request.url === '/other') response.end('other');
          else response.writeHead(404).end();
        }),
      ),
    );
  },
};
