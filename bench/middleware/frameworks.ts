import { createServer, type RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { requestContext as expressContext } from '../../src/middleware/express.ts';
import { requestContext as fastifyContext } from '../../src/middleware/fastify.ts';
import { requestContext as honoContext } from '../../src/middleware/hono.ts';
import { requestContext as koaContext } from '../../src/middleware/koa.ts';
import { requestContext as nodeContext } from '../../src/middleware/node.ts';
import type { RequestContextOptions } from '../../src/middleware/request-context-options.ts';

/** What does not depend on the framework. */
export type MiddlewareOptions = Pick<RequestContextOptions<never>, 'events' | 'requestEvents'>;

/** The smallest app of a framework that answers `GET /` with JSON. */
type MakeApp = (options: MiddlewareOptions | undefined) => RequestListener | Promise<RequestListener>;

const ANSWER = { answer: 42 };

export const FRAMEWORKS = {
  express(options) {
    const app = express();
    if (options !== undefined) app.use(expressContext(options));
    app.get('/', (_, response) => void response.json(ANSWER));
    return app as RequestListener;
  },

  async fastify(options) {
    let listener: RequestListener | undefined;
    const app = fastify({
      serverFactory(handler) {
        listener = handler;
        return createServer();
      },
    });
    if (options !== undefined) app.register(fastifyContext(options));
    app.get('/', async () => ANSWER);
    await app.ready();
    return listener as RequestListener;
  },

  koa(options) {
    const app = new Koa();
    if (options !== undefined) app.use(koaContext(options));
    app.use((context) => {
      context.body = ANSWER;
    });
    return app.callback();
  },

  hono(options) {
    const app = new Hono<{ Bindings: HttpBindings }>();
    if (options !== undefined) app.use(honoContext(options));
    app.get('/', (context) => context.json(ANSWER));
    return getRequestListener(app.fetch) as RequestListener;
  },

  node(options) {
    const handle: RequestListener = (_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(ANSWER));
    };
    if (options === undefined) return handle;
    const inContext = nodeContext(options);
    return (request, response) => inContext(request, response, () => handle(request, response));
  },
} satisfies Record<string, MakeApp>;

export type Framework = keyof typeof FRAMEWORKS;
