// What a collector has answered with 200 outlives what happens around it: destinations that are away or not who they should
// be, and other programs that do something to its file.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startCollector } from '../../src/collector/index.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { eventually, logsOf, namesIn, namesInFile, protobufOf } from '../collector/samples.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { freePort } from '../harness/free-port.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { WRONG_CERTS, WRONG_CERTS_KEY } from '../harness/wrong-certs.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../spool/localhost-cert.ts';

const HEADERS = { 'content-type': 'application/x-protobuf' };

async function start(t: TestContext, config: object) {
  const lines: string[] = [];
  const collector = await startCollector({ config, write: (line) => lines.push(line) });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return { collector, lines };
}

/** A receiver over HTTP before exporters; extensions run. */
function configOf(exporters: object, extensions: object = {}, http: object = {}): object {
  return {
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0', ...http } } } },
    exporters,
    extensions,
    service: {
      extensions: Object.keys(extensions),
      pipelines: { logs: { receivers: ['otlp'], exporters: Object.keys(exporters) } },
    },
  };
}

async function send(url: string, names: readonly string[], headers: object = {}): Promise<number> {
  const body = Buffer.from(protobufOf(logsOf(...names)));
  const response = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers: { ...HEADERS, ...headers },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

const namesOf = (body: Uint8Array): string[] =>
  namesIn(JSON.stringify(decodeProtobuf(REQUEST.logs, Buffer.from(body))));

test('a destination that is away while many records come gets each of them when it is back', async (t) => {
  const [requests, each] = IS_LONG ? [400, 500] : [40, 500];
  const port = await freePort();
  const otlp_http = {
    endpoint: `http://127.0.0.1:${port}`,
    compression: 'none',
    sending_queue: { storage: 'file_storage' },
    retry_on_failure: { initial_interval: '20ms', max_interval: '50ms', max_elapsed_time: '0s' },
  };
  const { collector } = await start(t, configOf({ otlp_http }, { file_storage: { directory: tempDir(t) } }));
  const sent: string[] = [];
  for (let request = 0; request < requests; request++) {
    const names = Array.from({ length: each }, (_, index) => `${request}.${index}`);
    assert.equal(await send(collector.endpoint, names), 200);
    sent.push(...names);
  }
  const queued = collector.stats().exporters.otlp_http?.queued;
  assert.equal(queued, sent.length);
  const sink = await httpSink(undefined, port);
  t.after(() => sink.close());
  const deadlineMs = performance.now() + 60_000;
  while (collector.stats().exporters.otlp_http?.queued !== 0 && performance.now() < deadlineMs)
    await pause(50);
  const arrived = sink.requests.flatMap(({ body }) => namesOf(body));
  const there = new Set(arrived);
  const missing = sent.filter((name) => !there.has(name)).length;
  assert.equal(missing, 0);
  reportCounts(t, {
    'records sent while away': sent.length,
    missing,
    'sent twice': arrived.length - sent.length,
  });
});

/** What other programs do to a file that is written. @returns the names in what is no more there */
const MEDDLE: Readonly<Record<string, (file: string, round: number) => Promise<string[]> | string[]>> = {
  removed: async (file) => {
    if (!existsSync(file)) return [];
    // What goes with the file is no loss of ours, so it is looked at before it goes.
    const aside = path.join(path.dirname(file), '..', `${path.basename(path.dirname(file))}.removed`);
    renameSync(file, aside);
    await pause(5);
    const names = namesInFile(aside);
    rmSync(aside);
    return names;
  },
  'moved away': (file, round) => {
    if (existsSync(file)) renameSync(file, `${file}.${round}`);
    return [];
  },
  'replaced by a directory and back': (file, round) => {
    if (existsSync(file)) renameSync(file, `${file}.${round}`);
    mkdirSync(file);
    setTimeout(() => rmdirSync(file), 30);
    return [];
  },
};

for (const [what, meddle] of Object.entries(MEDDLE)) {
  test(`a file that is ${what} by another program, again and again, while it is written`, async (t) => {
    const file = path.join(tempDir(t), 'events.jsonl');
    const { collector } = await start(t, configOf({ file: { path: file } }));
    const answered: string[] = [];
    const removed: string[] = [];
    let [count, refused, rounds] = [0, 0, 0];
    const total = IS_LONG ? 20_000 : 1_500;
    const feed = async (): Promise<void> => {
      while (count < total) {
        const name = `${count++}`;
        const status = await send(collector.endpoint, [name]);
        if (status === 200) answered.push(name);
        else refused++;
        assert.ok([200, 503].includes(status), `${status}`);
      }
    };
    const feeds = Promise.all([feed(), feed(), feed(), feed()]);
    let isOver = false;
    void feeds.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      removed.push(...(await meddle(file, rounds)));
      rounds++;
      await pause(100);
    }
    await feeds;
    await eventually(async () => (await send(collector.endpoint, ['last'])) === 200);
    await collector.stop();
    const directory = path.dirname(file);
    const kept = new Set([
      ...removed,
      ...readdirSync(directory).flatMap((name) => namesInFile(path.join(directory, name))),
    ]);
    const missing = answered.filter((name) => !kept.has(name)).length;
    assert.equal(missing, 0);
    assert.ok(rounds > 2 && kept.has('last'));
    reportCounts(t, { 'times meddled': rounds, 'records answered': answered.length, refused, missing });
  });
}

test('who shows no token or a wrong one leaves nothing, while others go on', async (t) => {
  const file = path.join(tempDir(t), 'events.jsonl');
  const { collector, lines } = await start(
    t,
    configOf(
      { file: { path: file } },
      { bearertokenauth: { token: 'right' } },
      { auth: { authenticator: 'bearertokenauth' } },
    ),
  );
  const ask = async (name: string, headers: object) => {
    const statuses = new Set<number>();
    for (let n = 0; n < 100; n++) statuses.add(await send(collector.endpoint, [`${name}${n}`], headers));
    return [...statuses];
  };
  const [right, none, wrong, longer] = await Promise.all([
    ask('right', { authorization: 'Bearer right' }),
    ask('none', {}),
    ask('wrong', { authorization: 'Bearer wrong' }),
    ask('longer', { authorization: 'Bearer rightly' }),
  ]);
  assert.deepEqual([right, none, wrong, longer], [[200], [401], [401], [401]]);
  assert.equal(namesInFile(file).length, 100);
  assert.ok(namesInFile(file).every((name) => name.startsWith('right')));
  assert.ok(lines.every((line) => !/rightly|Bearer/.test(line)));
});

/** A collector behind the other one, which takes logs over TLS. */
async function destination(
  t: TestContext,
  protocol: 'http' | 'grpc',
  port: number,
  cert: string,
  key: string,
) {
  const dir = tempDir(t);
  const [cert_file, key_file] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
  writeFileSync(cert_file, cert);
  writeFileSync(key_file, key);
  const names: string[] = [];
  const collector = await startCollector({
    config: {
      receivers: {
        otlp: { protocols: { [protocol]: { endpoint: `localhost:${port}`, tls: { cert_file, key_file } } } },
      },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['mine'] } } },
    },
    exporters: { mine: async (batch: Batch) => void names.push(...namesOf(batch.bytes)) },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return { collector, names };
}

const CODES = { expired: /CERT_HAS_EXPIRED/, 'of another name': /ERR_TLS_CERT_ALTNAME_INVALID/ };

for (const protocol of ['http', 'grpc'] as const) {
  for (const [what, cert] of Object.entries(WRONG_CERTS) as [keyof typeof CODES, string][]) {
    test(`over ${protocol} a certificate that is ${what} gets nothing; the right one gets what has waited`, async (t) => {
      const port = await freePort();
      const ca = path.join(tempDir(t), 'ca.pem');
      // Trusted by its signature: only its time or its name is wrong.
      writeFileSync(ca, `${cert}${LOCALHOST_CERT}`);
      const wrong = await destination(t, protocol, port, cert, WRONG_CERTS_KEY);
      const scheme = protocol === 'http' ? 'https://' : '';
      const { collector, lines } = await start(
        t,
        configOf({
          [`otlp_${protocol}`]: {
            endpoint: `${scheme}localhost:${port}`,
            tls: { ca_file: ca },
            retry_on_failure: { initial_interval: '20ms', max_interval: '50ms', max_elapsed_time: '0s' },
          },
        }),
      );
      assert.equal(await send(collector.endpoint, ['a', 'b']), 200);
      await eventually(() => lines.some((line) => CODES[what].test(line)));
      await pause(200);
      assert.deepEqual(wrong.names, []);
      await wrong.collector.stop();
      const right = await destination(t, protocol, port, LOCALHOST_CERT, LOCALHOST_KEY);
      await eventually(() => right.names.length > 0);
      assert.deepEqual(right.names, ['a', 'b']);
    });
  }
}
