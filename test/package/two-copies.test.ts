import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';

const root = path.join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | Record<string, { types: string; default: string }>>;
};
const required = (subpath: string): string => fileOf(subpath, 'require');
const require = createRequire(import.meta.url);

type Main = typeof import('../../src/index.ts');
type Testing = typeof import('../../src/testing.ts');
type Schema = typeof import('../../src/schema/index.ts');

const copies = {
  module: {
    main: (await import(fileOf('.', 'default'))) as Main,
    testing: (await import(fileOf('./testing', 'default'))) as Testing,
    schema: (await import(fileOf('./schema', 'default'))) as Schema,
  },
  commonJs: {
    main: require(required('.')) as Main,
    testing: require(required('./testing')) as Testing,
    schema: require(required('./schema')) as Schema,
  },
};
const ways = [
  { from: copies.module, to: copies.commonJs, title: 'an ES module and CommonJS' },
  { from: copies.commonJs, to: copies.module, title: 'CommonJS and an ES module' },
];

function fileOf(subpath: string, condition: string): string {
  const target = manifest.exports[subpath];
  assert.ok(typeof target === 'object', subpath);
  return path.join(root, target[condition]?.default ?? '');
}

const subpaths = Object.keys(manifest.exports).filter(
  (each) => each !== './package.json' && each !== './register',
);
for (const subpath of subpaths) {
  test(`${subpath} has the same exports, as functions and classes of its own, in CommonJS`, async () => {
    const module = (await import(fileOf(subpath, 'default'))) as object;
    const commonJs = require(required(subpath)) as object;
    assert.notEqual(module, commonJs);
    assert.deepEqual(Object.keys(commonJs).sort(), Object.keys(module).sort());
  });
}

test('every subpath names the ES module for loaders that take it by import and by require', () => {
  for (const subpath of [...subpaths, './register']) {
    const target = manifest.exports[subpath];
    assert.ok(typeof target === 'object');
    assert.deepEqual(Object.keys(target), ['module-sync', 'require', 'default']);
    assert.deepEqual(target['module-sync'], target.default);
    assert.ok(existsSync(path.join(root, target.require?.types ?? '')), subpath);
  }
});

for (const { from, to, title } of ways) {
  test(`${title}: an error of one is an error of the other, and nothing else is`, () => {
    const error = new from.main.OtelEventsError('OPTION_INVALID', 'x');
    assert.ok(error instanceof to.main.OtelEventsError);
    assert.ok(error instanceof from.main.OtelEventsError);
    class Own extends to.main.OtelEventsError {}
    assert.ok(new Own('OPTION_INVALID', 'x') instanceof from.main.OtelEventsError);
    assert.ok(!(error instanceof Own));
    for (const other of [new Error('x'), {}, null, 'x', { code: 'OPTION_INVALID' }]) {
      assert.ok(!((other as unknown) instanceof to.main.OtelEventsError));
    }
  });

  test(`${title}: a logger that one has registered is found by the other`, () => {
    const events = from.testing.testLogger();
    from.main.registerLogger(events, title);
    assert.equal(to.main.getLogger(title), events);
  });

  test(`${title}: a logger of one takes events, exporters and scopes of the other`, async () => {
    const Paid = from.schema.defineEvent('order.paid', {
      version: 2,
      schema: { type: 'object', properties: { total: { type: 'number' } }, additionalProperties: false },
    });
    const memory = from.testing.memoryExporter();
    const events = new to.main.EventLogger({ delivery: 'none', exporters: [memory] });
    events.log(Paid, { total: 1 });
    const others = from.testing.testLogger();
    await others.track('outer', {}, async () => events.log('inner'));
    await Promise.all([events.flush(), others.flush()]);
    const [paid, inner] = memory.events;
    assert.deepEqual([paid?.name, paid?.schemaVersion, paid?.data], ['order.paid', '2', { total: 1 }]);
    assert.equal(inner?.traceId, others.emitted[0]?.traceId);
    assert.equal(inner?.spanId, others.emitted[0]?.spanId);
    await events.close();
  });
}

const SIGNALLED = `
const slow = (name) => ({ name, send: () => new Promise((done) => setTimeout(() => {
  process.stdout.write(name + ' ');
  done();
}, name === 'module' ? 50 : 600)) });
const { EventLogger } = await import(process.argv[1]);
const { createRequire } = await import('node:module');
const twin = createRequire(process.argv[2])(process.argv[2]);
for (const [name, Logger] of [['module', EventLogger], ['commonJs', twin.EventLogger]]) {
  new Logger({ delivery: 'none', handleSignals: true, exporters: [slow(name)] }).log('a');
}
process.kill(process.pid, process.argv[3]);
setTimeout(() => process.stdout.write('still there'), 5000);
`;

for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`a process with both copies delivers the events of both before ${signal} ends it`, async () => {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', SIGNALLED, fileOf('.', 'default'), required('.'), signal],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [said, [code, by]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    assert.deepEqual({ said, code, by }, { said: 'module commonJs ', code: null, by: signal });
  });
}

const HANGUP = `
import { createRequire } from 'node:module';
const [, module, commonJs, dir] = process.argv;
const files = [(await import(module)).fileExporter, createRequire(commonJs)(commonJs).fileExporter];
const { EventLogger } = await import(process.argv[4]);
for (const [i, file] of files.entries()) {
  const events = new EventLogger({ delivery: 'none', exporters: [file({ path: dir + '/' + i + '.jsonl' })] });
  events.log('a');
  await events.flush();
}
process.kill(process.pid, 'SIGHUP');
setTimeout(() => process.stdout.write('still there'), 3000);
`;

test('files of both copies are reopened at SIGHUP, which still ends a process that does not listen', async (t) => {
  const [module, commonJs] = [fileOf('./exporters/file', 'default'), required('./exporters/file')];
  const args = [module, commonJs, tempDir(t), fileOf('.', 'default')];
  const child = spawn(process.execPath, ['--input-type=module', '--eval', HANGUP, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [, by]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.deepEqual({ said, by }, { said: '', by: 'SIGHUP' });
});
