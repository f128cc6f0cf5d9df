// What the collector keeps in files are whole requests; the commands read these too.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { wholeHeader } from '../../src/spool/log/definitions.ts';
import { Spool } from '../../src/spool/spool.ts';
import { batchOf, namesIn } from '../collector/samples.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { cli, jsonLines } from './spool-samples.ts';

/** A queue directory with two requests, of three records. */
function filled(directory: string): void {
  const spool = new Spool({ spool: directory, holds: 'requests' });
  for (const names of [['a', 'b'], ['c']]) {
    const { bytes, count } = batchOf(...names);
    spool.append(spool.kind('logs', wholeHeader('protobuf'), String(count), ['logs']), bytes);
  }
  spool.close();
}

test('ls, verify and cat read a queue of requests', async (t) => {
  const directory = tempDir(t);
  filled(directory);
  const ls = JSON.parse((await cli('ls', directory, '--json')).stdout);
  assert.deepEqual([ls.total.records, ls.total.pending, ls.total.damage.files], [2, { logs: 2 }, 0]);
  const verify = await cli('verify', directory);
  assert.deepEqual([verify.status, /2 records/.test(verify.stdout)], [0, true], verify.stdout);
  const otlp = await cli('cat', directory, '--format', 'otlp');
  assert.deepEqual(namesIn(otlp.stdout), ['a', 'b', 'c']);
  const [first] = jsonLines((await cli('cat', directory)).stdout);
  assert.deepEqual(namesIn(JSON.stringify(first)), ['a', 'b']);
  assert.match(JSON.stringify(first?.spool), /"pending":\["logs"\]/);
});

for (const args of [[], ['--drain']]) {
  test(`replay ${args} sends requests as they are`, async (t) => {
    const directory = tempDir(t);
    filled(directory);
    const sink = await httpSink();
    t.after(() => sink.close());
    const { status, stderr } = await cli('replay', directory, '--to', sink.url, ...args);
    assert.equal(status, 0, stderr);
    const names = sink.requests.flatMap(({ body }) =>
      namesIn(Buffer.from(OtlpRequest.read('logs', 'protobuf', body).json()).toString()),
    );
    assert.deepEqual(names, ['a', 'b', 'c']);
    const ls = JSON.parse((await cli('ls', directory, '--json')).stdout);
    assert.equal(ls.total.records, args.length === 0 ? 2 : 0);
  });
}

test('what a drain does not get rid of stays a queue of requests', async (t) => {
  const directory = tempDir(t);
  filled(directory);
  const sink = await httpSink((_request, response) => {
    response.statusCode = 401;
    response.end();
  });
  t.after(() => sink.close());
  const { status } = await cli('replay', directory, '--to', sink.url, '--drain', '--timeout', '1');
  assert.equal(status, 1);
  const { total, quarantine } = JSON.parse((await cli('ls', directory, '--json')).stdout);
  assert.deepEqual([total.pending, quarantine.files], [{ logs: 2 }, 0]);
});

test('the storage of a collector is told from a spool, and its queues are named', async (t) => {
  const directory = tempDir(t);
  filled(path.join(directory, 'otlp_http'));
  for (const command of ['ls', 'verify', 'cat']) {
    const { status, stderr } = await cli(command, directory);
    assert.equal(status, 1, command);
    assert.match(stderr, /holds some.*otlp_http/s);
  }
});

test('all signals count among what was only read', async (t) => {
  const directory = tempDir(t);
  const spool = new Spool({ spool: directory, holds: 'requests' });
  for (const signal of ['logs', 'metrics'] as const) {
    spool.append(spool.kind(signal, wholeHeader('protobuf'), '1', [signal]), batchOf('a').bytes);
  }
  await spool.durable();
  t.after(() => spool.close());
  const sink = await httpSink();
  t.after(() => sink.close());
  const { stderr } = await cli('replay', directory, '--to', sink.url);
  assert.match(stderr, /2 records were only read/);
});
