import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { openSocket } from '../harness/raw-http.ts';

const MIB = 1024 * 1024;
const CLIENTS = 30;
const TELLER = path.join(import.meta.dirname, 'children', 'teller.ts');

test('clients of the stream that do not read hold together little more than one', {
  timeout: 600_000,
}, async (t) => {
  const plan = JSON.stringify({ eventCount: 120, eventBytes: MIB / 4 });
  const child = spawn(process.execPath, ['--no-warnings', TELLER, plan]);
  t.after(() => child.kill('SIGKILL'));
  const line = async (): Promise<string> => String((await once(child.stdout, 'data'))[0]);
  const port = Number(new URL(await line()).port);
  for (let client = 0; client < CLIENTS; client++) {
    const socket = await openSocket(port);
    t.after(() => socket.destroy());
    socket.write('GET /api/events/subscribe HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.pause();
  }
  const answer = line();
  child.stdin.write('\n');
  const mib = Number(await answer) / MIB;
  t.diagnostic(`${CLIENTS} clients took ${mib.toFixed(0)} MiB`);
  assert.ok(mib < 80, `${mib} MiB`);
});
