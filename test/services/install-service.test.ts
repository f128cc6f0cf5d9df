import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { installService } from './install-service.ts';
import { requireService } from './require-service.ts';
import type { Build, Service } from './service.ts';

/** Points the cache to a directory of the test. @returns where the entries go */
async function ownCache(t: TestContext): Promise<string> {
  const dir = tempDir(t);
  setEnv(t, 'XDG_CACHE_HOME', dir);
  return path.join(dir, 'otel-events');
}

function setEnv(t: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.after(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

const service = (build: (build: Build) => Promise<void>): Service => ({
  name: 'echo',
  version: '1.0',
  tools: [],
  build,
});
const writeBinary = ({ outDir }: Build): Promise<void> => writeFile(path.join(outDir, 'echo'), 'binary');

test('a built service is a cache entry and is not built again', async (t) => {
  const cache = await ownCache(t);
  let builds = 0;
  const echo = service(async (build) => {
    builds += 1;
    await writeBinary(build);
  });

  const printed: string[] = [];
  const first = await installService(echo, (piece) => printed.push(piece));
  const second = await installService(echo, (piece) => printed.push(piece));

  assert.equal(first, path.join(cache, 'echo-1.0', 'echo'));
  assert.equal(second, first);
  assert.equal(builds, 1);
  assert.deepEqual(printed, ['echo 1.0: already there\n']);
});

test('a build that fails half way leaves nothing in the cache', async (t) => {
  const cache = await ownCache(t);
  const broken = service(async (build) => {
    await writeBinary(build);
    await build.step({ title: 'compile', command: 'false', args: [], cwd: build.workDir });
  });

  await assert.rejects(
    installService(broken, () => {}),
    /compile: false {2}ended with code 1/,
  );
  assert.deepEqual(await readdir(cache), []);
});

test('a build without an executable is an error and no cache entry', async (t) => {
  const cache = await ownCache(t);
  const empty = service(async () => {});

  await assert.rejects(
    installService(empty, () => {}),
    /left no executable called echo/,
  );
  assert.deepEqual(await readdir(cache), []);
});

test('a missing service skips the test and says how to build it; where CI is set it fails', async (t) => {
  await ownCache(t);
  const skipped: unknown[] = [];
  const context = { skip: (why: unknown) => skipped.push(why) } as unknown as TestContext;
  const why = 'service missing: run npm run services -- otelcol jaeger';

  setEnv(t, 'CI', '');
  assert.equal(requireService(context, 'otelcol', 'jaeger'), false);
  assert.deepEqual(skipped, [why]);

  setEnv(t, 'CI', 'true');
  assert.throws(() => requireService(context, 'otelcol', 'jaeger'), { message: why });
});
