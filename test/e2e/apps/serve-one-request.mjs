// What every app does: it answers one HTTP request, logs events meanwhile and tells what it saw.
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const API = Symbol.for('opentelemetry.js.api.1');

/** @param {{ activeSpan(): import('@opentelemetry/api').SpanContext | undefined }} app */
export async function serveOneRequest({ activeSpan }) {
  const before = globals();
  const { EventLogger } = await import('otel-events');
  const problems = [];
  const events = new EventLogger({
    app: { name: 'set-on-events' },
    ...(process.env.APP_DELIVERY && { delivery: process.env.APP_DELIVERY }),
    onError: ({ code, message, fix }) => problems.push({ code, message, fix }),
  });
  const seen = await request(async () => {
    events.log('cart.item_added', { sku: 'A1' });
    const traceparent = await events.track('checkout', { cart: 7 }, async (scope) => {
      await delay(5);
      events.log('checkout.paid', { total: 12.5 });
      return scope.traceparent;
    });
    return { span: activeSpan(), traceparent };
  });
  const flushed = await events.flush();
  const { total, sinks } = events.stats();
  await events.close();
  return {
    ...seen,
    flushed,
    ledger: { total, sinks: Object.keys(sinks) },
    problems,
    changedGlobals: changes(before, globals()),
    apiGlobal: { before: before.has('api'), after: globalThis[API] !== undefined },
    loadedOwnSdk: loadedFiles().some((file) => /otel-events[\\/]dist[\\/]otel[\\/]sdk\.js$/.test(file)),
  };
}

/** Answers one real HTTP request with what `handle` returns. */
async function request(handle) {
  const server = http.createServer(async (_, response) => response.end(JSON.stringify(await handle())));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const [response] = await once(http.get(`http://127.0.0.1:${server.address().port}/cart`), 'response');
  const body = JSON.parse(await text(response));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return body;
}

/** Everything global that a library could register: by name, what is there now. What its copies share is its own. */
function globals() {
  const found = new Map(Object.getOwnPropertyNames(globalThis).map((name) => [name, true]));
  for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
    if (!symbol.description?.startsWith('otel-events.')) found.set(String(symbol), globalThis[symbol]);
  }
  const api = globalThis[API];
  if (api === undefined) return found;
  found.set('api', api);
  for (const [name, value] of Object.entries(api)) found.set(`api.${name}`, value);
  found.set('the tracer provider behind the proxy', api.trace?.getDelegate?.());
  return found;
}

function changes(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.has(name) !== after.has(name) || before.get(name) !== after.get(name));
}

/** CommonJS modules, and what was loaded by `require`. */
function loadedFiles() {
  return Object.keys(createRequire(import.meta.url).cache);
}
