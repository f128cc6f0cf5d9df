// What close() does with its time, and says, in front of a collector that refuses to talk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { httpSink } from '../harness/http-sink.ts';

for (const status of [408, 500, 507]) {
  test(`close uses its time after ${status}: what is taken a moment later is delivered`, async () => {
    await using sink = await httpSink((_, response, index) =>
      response.writeHead(index === 0 ? status : 200).end(),
    );
    const events = new EventLogger({
      delivery: 'durable',
      endpoint: sink.url,
      logLevel: 'none',
      onError: () => {},
    });
    events.log('x');
    const { acked, dropped } = await events.close({ timeoutMs: 30_000 });
    assert.deepEqual([acked, dropped, sink.requests.length], [1, 0, 2]);
  });
}

for (const [status, why] of [
  [404, /answered 404 \(check the URL/],
  [403, /answered 403 \(check the credentials/],
  [
    400,
    /has accepted nothing so far, only refused: .* answered 400 \(what answers there does not speak OTLP/,
  ],
] as const) {
  test(`close does not wait after ${status}, which time does not mend, and says why it gives up`, async () => {
    await using sink = await httpSink((_, response) => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end('no');
    });
    const said: string[] = [];
    const onError = ({ message }: { readonly message: string }): void => void said.push(message);
    const events = new EventLogger({ delivery: 'durable', endpoint: sink.url, logLevel: 'none', onError });
    events.log('x');
    const startedMs = performance.now();
    const { dropped, rejected } = await events.close({ timeoutMs: 60_000 });
    assert.ok(performance.now() - startedMs < 20_000);
    assert.deepEqual([dropped, rejected], [1, 0]);
    assert.match(said.at(-1) ?? '', /^otlp: 1 record was not delivered before close and is lost: /);
    assert.match(said.at(-1) ?? '', why);
    assert.match(said.at(-1) ?? '', /\(use the option spool, which keeps them for the next process\)$/);
  });
}
