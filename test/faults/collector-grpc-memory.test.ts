import assert from 'node:assert/strict';
import http2, { type ClientHttp2Session } from 'node:http2';
import { test } from 'node:test';
import { call, openSession } from '../collector/grpc-call.ts';
import { startTaker } from './start-taker.ts';

const MIB = 1024 * 1024;
const CONNECTIONS = 50;
const CALLS = 100;
const PIECE_BYTES = 60_000;

const CALL = {
  ':method': 'POST',
  ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  'content-type': 'application/grpc',
};

/** The beginning of a message of 4 MiB. */
const piece = Buffer.concat([Buffer.from([0, 0, 0x3f, 0, 0]), Buffer.alloc(PIECE_BYTES)]);

test('messages that begin and never end take bounded memory, and an honest call is answered beside them', {
  timeout: 600_000,
}, async (t) => {
  const taker = await startTaker(t, { kind: 'grpc', maxBodyBytes: 4 * MIB }, 128);
  const statuses = new Map<string, number>();
  for (let connection = 0; connection < CONNECTIONS; connection++) {
    const session = http2.connect(taker.url);
    t.after(() => session.destroy());
    session.on('error', () => {});
    for (let count = 0; count < CALLS; count++) begin(session, statuses);
  }
  // What found no room has been told to come again.
  while ((statuses.get('14') ?? 0) < (CONNECTIONS * CALLS) / 2)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await call(openSession(t, taker.url), new Uint8Array())).status, '0');
  const mib = (await taker.mostBytes()) / MIB;
  t.diagnostic(`${CONNECTIONS * CALLS} messages of ${PIECE_BYTES} bytes took ${mib.toFixed(0)} MiB`);
  // All of them together are 286 MiB; the budget is 32.
  assert.ok(mib < 200, `${mib} MiB`);
  assert.deepEqual([...statuses.keys()], ['14']);
});

function begin(session: ClientHttp2Session, statuses: Map<string, number>): void {
  const stream = session.request(CALL);
  stream.on('response', (headers) => {
    const status = String(headers['grpc-status']);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  stream.on('error', () => {});
  stream.resume().write(piece);
}
