// What is logged when the process is at its very end, and where relative paths lead when the process has moved.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { type NodeRun, runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';

const LIBRARY = JSON.stringify(path.join(import.meta.dirname, '../../src/index.ts'));
const FILE = JSON.stringify(path.join(import.meta.dirname, '../../src/exporters/file.ts'));
const OTEL = JSON.stringify(path.join(import.meta.dirname, '../../src/otel/index.ts'));

/** Runs `code`, which has the library and a `base`, a directory of its own; there is no destination. */
async function run(t: TestContext, code: string): Promise<NodeRun & { base: string }> {
  const base = tempDir(t);
  const end = await runNode(`
    import { EventLogger } from ${LIBRARY};
    const base = ${JSON.stringify(base)};
    const options = {
      delivery: 'durable', endpoint: 'http://127.0.0.1:1', logLevel: 'none', exitTimeoutMs: 100,
      onError: ({ code, message }) => console.log(code, /(\\d+) (deliver(?:y|ies)|log records?) pending/.exec(message)?.[1] ?? ''),
    };
    ${code}
  `);
  assert.deepEqual([end.code, end.stderr], [0, '']);
  return { ...end, base };
}

/** How many events the next process finds in `spool`. */
async function heldIn(spool: string): Promise<number> {
  await using sink = await OtlpSink.open();
  const events = new EventLogger({ delivery: 'durable', spool, endpoint: sink.url, logLevel: 'none' });
  await events.flush();
  await events.close();
  return sink.records.length;
}

const ENDS: Readonly<Record<string, string>> = {
  'of process.exit': 'setTimeout(() => process.exit(0), 1);',
  'of a process that ran dry': '',
};

const MAKERS: Readonly<Record<string, string>> = {
  'of a logger that was there': `const events = new EventLogger(given); process.on('exit', () => {`,
  'of a logger that is made there': `process.on('exit', () => { const events = new EventLogger(given);`,
};

for (const [end, ends] of Object.entries(ENDS)) {
  for (const [whose, make] of Object.entries(MAKERS)) {
    test(`the first events ${whose}, in an exit handler ${end}: they are in the spool`, async (t) => {
      const { base } = await run(
        t,
        `const given = { ...options, spool: base + '/spool' };
         ${make} events.log('one'); events.log('two'); });
         ${ends}`,
      );
      assert.equal(await heldIn(path.join(base, 'spool')), 2);
    });

    test(`the first events ${whose}, in an exit handler ${end}, without a spool: it is said once that they are lost`, async (t) => {
      const { stdout } = await run(
        t,
        `const given = options;
         ${make} events.log('one'); events.log('two'); });
         ${ends}`,
      );
      assert.equal(stdout, 'EXPORT_FAILED 1\n');
    });
  }
}

test('process.exit with events pending and no spool: it is said how many are lost', async (t) => {
  const { stdout } = await run(
    t,
    `const events = new EventLogger(options);
     events.log('one'); events.log('two');
     process.exit(0);`,
  );
  assert.equal(stdout, 'EXPORT_FAILED 2\n');
});

test('an invalid event in an exit handler is in the quarantine', async (t) => {
  const { base } = await run(
    t,
    `const schema = { $id: 'https://x.example/s', version: '1', type: 'object', required: ['n'], properties: { n: { type: 'number' } } };
     const events = new EventLogger({ ...options, spool: base + '/spool', quarantine: base + '/bad', onInvalid: 'quarantine' });
     events.registerSchema(schema);
     process.on('exit', () => { events.record('https://x.example/s', '1', { n: 'text' }); });`,
  );
  const [kept = ''] = readdirSync(path.join(base, 'bad'));
  assert.ok(readdirSync(path.join(base, 'bad', kept)).some((name) => name.endsWith('.seg')));
});

test('a durable processor that gets its first record in an exit handler has it in its spool', async (t) => {
  const { base } = await run(
    t,
    `const { DurableLogRecordProcessor } = await import(${OTEL});
     const resource = { attributes: {}, asyncAttributesPending: false };
     process.on('exit', () => {
       const processor = new DurableLogRecordProcessor({ endpoint: options.endpoint, onError: options.onError, spool: base + '/spool' });
       processor.onEmit({ resource, instrumentationScope: { name: 'x' }, attributes: {}, hrTime: [1, 0], hrTimeObserved: [1, 0], body: 'b' });
     });`,
  );
  assert.equal(await heldIn(path.join(base, 'spool')), 1);
});

const COUNT = 500;

test('relative paths mean what they meant when the logger was made, wherever the process has gone since', async (t) => {
  const { base, stdout } = await run(
    t,
    `import { mkdirSync } from 'node:fs';
     const { fileExporter } = await import(${FILE});
     mkdirSync(base + '/here');
     mkdirSync(base + '/there');
     process.chdir(base + '/here');
     const events = new EventLogger({
       ...options, onError() {}, spool: 'spool', quarantine: 'bad', bufferDirectory: 'buffer',
       exporters: [fileExporter({ path: 'lines.jsonl' })],
     });
     process.chdir('..');
     events.log('first', {}, { outputPath: 'there' });
     process.chdir('there');
     for (let n = 1; n < ${COUNT}; n++) {
       events.log('more', { n });
       if (n % 50 === 0) await events.durable();
     }
     await events.durable();
     await new Promise((resolve) => setTimeout(resolve, 2600));
     events.log('after a pause');
     await events.durable();
     await events.close({ timeoutMs: 2000 });
     const { handedOver, dropped } = events.stats().total;
     console.log(JSON.stringify({ handedOver, dropped }));`,
  );
  assert.equal(stdout, '{"handedOver":0,"dropped":{}}\n');
  assert.deepEqual(readdirSync(path.join(base, 'here')).sort(), ['buffer', 'lines.jsonl', 'spool']);
  assert.deepEqual(readdirSync(path.join(base, 'there')), ['results.json']);
  assert.equal(
    readFileSync(path.join(base, 'here', 'lines.jsonl'), 'utf8')
      .trim()
      .split('\n').length,
    COUNT + 1,
  );
  assert.equal(await heldIn(path.join(base, 'here', 'spool')), COUNT + 1);
  assert.ok(!existsSync(path.join(base, 'spool')));
});
