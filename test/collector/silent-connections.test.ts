import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HealthCheck } from '../../src/collector/health-check.ts';
import { Intake } from '../../src/collector/intake.ts';
import { Receiver } from '../../src/collector/receiver.ts';
import type { ServerSettings } from '../../src/serve/guarded-server.ts';
import { openSocket, rawRequest } from '../harness/raw-http.ts';
import { eventually } from './samples.ts';

const ADDRESS = { host: 'localhost', port: 0 };

const INTAKE = new Intake({ consume: { logs: async () => {} }, maxHeldBytes: 8000 });

const SERVERS: Readonly<Record<string, (times: ServerSettings) => Receiver | HealthCheck>> = {
  receiver: (times) => new Receiver({ ...times, address: ADDRESS, maxBodyBytes: 1000, intake: INTAKE }),
  'health check': (times) => new HealthCheck({ ...times, address: ADDRESS, path: '/' }),
};

const TIMES = { headersTimeoutMs: 100, requestTimeoutMs: 300 };

const WHOLE = rawRequest(['POST /v1/logs HTTP/1.1', 'host: a', 'content-length: 0']);
const START = 'POST /v1/logs HTTP/1.1\r\nhost: a\r\n';
const BODY = 'content-type: application/json\r\ncontent-length: 900\r\n\r\n';

const SILENT: readonly [string, string, string?][] = [
  ['it says nothing', ''],
  ['half a line', 'POST /v1'],
  ['half a head', START],
  ['a head that goes on and on', START, 'x: y\r\n'],
  ['a whole request, then half a head', `${WHOLE}${START}`],
  ['a body that goes on slowly', START + BODY, 'x'],
];

for (const [server, make] of Object.entries(SERVERS)) {
  for (const [name, start, more] of SILENT) {
    // The health check answers without reading a body.
    const isBody = server === 'health check' && name.startsWith('a body');
    if (isBody) continue;
    test(`${server}: a connection on which no request comes is closed in time: ${name}`, async (t) => {
      const port = await startServer(t, make(TIMES));
      const socket = await openSocket(port);
      t.after(() => socket.destroy());
      const closed = new Promise((resolve) => socket.resume().once('close', resolve));
      if (start !== '') socket.write(start);
      const timer = setInterval(() => more !== undefined && socket.write(more), 20);
      const late = setTimeout(() => assert.fail('it is still open'), 60_000);
      await closed;
      clearTimeout(late);
      clearInterval(timer);
    });
  }

  test(`${server}: a connection on which requests come is kept`, async (t) => {
    const port = await startServer(t, make({ headersTimeoutMs: 1_000, requestTimeoutMs: 1_000 }));
    const socket = await openSocket(port);
    t.after(() => socket.destroy());
    let answers = 0;
    socket.on('data', (chunk) => {
      answers += String(chunk).split('HTTP/1.1 ').length - 1;
    });
    let sent = 0;
    // Far longer than any of the times, with pauses far shorter.
    for (const untilMs = performance.now() + 3_000; performance.now() < untilMs; ) {
      socket.write(WHOLE);
      sent++;
      await eventually(() => answers === sent);
    }
    assert.ok(sent > 1, `${sent} requests`);
  });
}

async function startServer(t: TestContext, server: Receiver | HealthCheck): Promise<number> {
  t.after(() => server.stop(0));
  return Number(new URL(await server.start()).port);
}
