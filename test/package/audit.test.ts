// npm itself asks a registry on this machine, and gets one of the answers that registries give.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { audit } from '../../scripts/check-package/audit.ts';
import { type Answer, httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const ADVISORY = {
  id: 1,
  url: 'https://example.org/advisory/1',
  title: 'It bites',
  severity: 'moderate',
  vulnerable_versions: '<2.0.0',
};

test('an answer without advisories is clean', async (t) => {
  await using registry = await httpSink(answer(200, {}));
  assert.deepEqual(await ask(t, registry.url), { kind: 'clean', text: '' });
});

test('an advisory that fits is found', async (t) => {
  await using registry = await httpSink((request, response) => {
    if (request.method === 'POST') answer(200, { toy: [ADVISORY] })(request, response, 0);
    // npm also asks which versions there are, to say what would mend it.
    else
      answer(200, { name: 'toy', versions: { '1.0.0': { name: 'toy', version: '1.0.0' } } })(
        request,
        response,
        0,
      );
  });
  const { kind, text } = await ask(t, registry.url);
  assert.equal(kind, 'found');
  assert.match(text, /It bites/);
});

test('a milder one than asked for is not', async (t) => {
  await using registry = await httpSink((request, response) => {
    if (request.method === 'POST') answer(200, { toy: [ADVISORY] })(request, response, 0);
    else answer(404, {})(request, response, 0);
  });
  assert.equal((await ask(t, registry.url, '--audit-level=high')).kind, 'clean');
});

for (const status of [404, 405, 500]) {
  test(`a registry that answers ${status} has said nothing`, async (t) => {
    await using registry = await httpSink(answer(status, { error: 'no' }));
    const { kind, text } = await ask(t, registry.url);
    assert.equal(kind, 'unavailable');
    assert.match(text, new RegExp(`${status}`));
  });
}

test('nor has one that is away', async (t) => {
  assert.equal((await ask(t, 'http://127.0.0.1:9')).kind, 'unavailable');
});

function answer(status: number, content: object): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  };
}

/** What is found out about an app with one dependency. */
async function ask(t: TestContext, registry: string, level = '--audit-level=low') {
  const app = tempDir(t);
  const manifest = { name: 'app', version: '1.0.0', dependencies: { toy: '^1.0.0' } };
  const toy = { version: '1.0.0', resolved: `${registry}/toy/-/toy-1.0.0.tgz` };
  writeFileSync(path.join(app, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    path.join(app, 'package-lock.json'),
    JSON.stringify({ ...manifest, lockfileVersion: 3, packages: { '': manifest, 'node_modules/toy': toy } }),
  );
  return audit(app, [
    '--package-lock-only',
    level,
    '--registry',
    registry,
    '--cache',
    path.join(app, 'cache'),
  ]);
}
