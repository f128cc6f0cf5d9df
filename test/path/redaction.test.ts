// Planted secrets on every way an event can take, and a look into every file and socket that is left behind.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileExporter } from '../../src/exporters/file.ts';
import { EventLogger } from '../../src/index.ts';
import { EMAIL } from '../../src/schema/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const SCHEMA = {
  $id: 'example.org/order',
  version: 1,
  type: 'object',
  properties: {
    total: { type: 'number', categories: ['unrestricted'] },
    card: { type: 'string', categories: ['payment'] },
  },
};

function filesIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

for (const isUp of [true, false]) {
  test(`no file and no socket has a secret, with the collector ${isUp ? 'there' : 'away'}`, async (t) => {
    await using sink = await httpSink((_, response) => {
      response.statusCode = isUp ? 200 : 503;
      response.end();
    });
    const directory = tempDir(t);
    const heard: unknown[] = [];
    const reported: string[] = [];
    const events = new EventLogger({
      endpoint: sink.url,
      spool: path.join(directory, 'spool'),
      quarantine: path.join(directory, 'quarantine'),
      exporters: [fileExporter({ path: path.join(directory, 'events.jsonl') })],
      schemas: [SCHEMA],
      redact: [{ paths: ['password'] }, { paths: ['token'], action: 'remove' }, { patterns: [EMAIL] }],
      onError: ({ message }) => reported.push(message),
      logLevel: 'none',
    });
    events.addListener((_, __, data) => heard.push(data));
    events.addListener((_, __, data) => heard.push(data), { raw: true });
    const fails = (): never => {
      throw new Error('no mail to planted@example.org');
    };
    events.context({ login: 'planted@example.org', kept: 'KEPT-CONTEXT' }, () => {
      events.log('plain', { password: 'PLANTED', kept: 'KEPT-DATA' }, { message: 'for planted@example.org' });
      assert.throws(() =>
        events.track('scope', { password: 'PLANTED' }, { session: { token: 'PLANTED' } }, (scope) => {
          scope.log('inside', { nested: { to: 'planted@example.org' } });
          fails();
        }),
      );
    });
    events.record(SCHEMA.$id, 1, { total: 1, card: 'PLANTED' });
    assert.throws(() => events.record(SCHEMA.$id, 1, { total: 'no number', card: 'PLANTED' }));
    await events.durable();
    await events.flush({ timeoutMs: isUp ? 5000 : 300 });
    const spooled = filesIn(directory);
    await events.close({ timeoutMs: 100 });
    const sent = sink.requests.map(({ body }) => body.toString('latin1')).join('\n');
    const seen = [spooled, filesIn(directory), sent, JSON.stringify(heard), reported.join('\n')].join('\n');
    assert.deepEqual(seen.match(/.{0,60}planted.{0,20}/gi) ?? [], []);
    // What is not secret is there, so the look was at the right places.
    for (const [where, text] of Object.entries({ spooled, sent })) {
      assert.match(text, /KEPT-DATA/, where);
      assert.match(text, /KEPT-CONTEXT/, where);
    }
    assert.ok(sink.requests.some(({ path: to }) => to === '/v1/traces'));
    assert.equal(heard.length, 3);
  });
}
