import assert from 'node:assert/strict';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { post } from '../../src/otlp/http/post.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../spool/localhost-cert.ts';

async function portOf(t: TestContext, server: ReturnType<typeof createHttp>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function failure(url: string): Promise<string> {
  const request = { url: new URL(url), headers: {}, body: new Uint8Array(1), timeoutMs: 5000 };
  const error = await post(request as Parameters<typeof post>[0]).then(
    () => undefined,
    (cause: Error) => cause,
  );
  return error?.message ?? 'no failure';
}

test('a certificate that nobody has signed: the message says where its authority is named', async (t) => {
  const port = await portOf(
    t,
    createHttps({ cert: LOCALHOST_CERT, key: LOCALHOST_KEY }, (_request, response) => response.end()),
  );
  assert.match(await failure(`https://localhost:${port}/`), /SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/);
});

test('https to a port that speaks http: the message says so', async (t) => {
  const port = await portOf(t, createHttp());
  assert.match(await failure(`https://127.0.0.1:${port}/`), /check whether the URL has to be http\)$/);
});
