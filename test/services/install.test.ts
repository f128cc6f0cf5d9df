import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';

const install = path.join(import.meta.dirname, 'install.ts');

async function run(t: TestContext, ...names: string[]): Promise<{ status: number | null; stderr: string }> {
  // No Go on PATH and an empty cache: a machine that can build nothing.
  const dir = tempDir(t);
  const env = { PATH: dir, HOME: dir, XDG_CACHE_HOME: dir };
  return spawnSync(process.execPath, [install, ...names], { env, encoding: 'utf8' });
}

test('without Go the installation ends with 2 and says what is missing', async (t) => {
  const { status, stderr } = await run(t, 'otelcol');
  assert.equal(status, 2);
  assert.match(stderr, /go not found on PATH/);
});

test('without Maven and Java the installation of Kafka ends with 2 and says so', async (t) => {
  const { status, stderr } = await run(t, 'kafka');
  assert.equal(status, 2);
  assert.match(stderr, /mvn, java not found on PATH/);
});

test('an unknown service ends with 2 and names the known ones', async (t) => {
  const { status, stderr } = await run(t, 'otelcoll');
  assert.equal(status, 2);
  assert.match(
    stderr,
    /unknown: otelcoll; known: otelcol, jaeger, victorialogs, prometheus, ferretdb, telemetrygen, kafka/,
  );
});
