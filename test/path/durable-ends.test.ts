// What happens to spooled events when a process, a worker or an invocation ends. Real processes, real signals.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { freePort } from '../harness/free-port.ts';
import { type HttpSink, httpSink } from '../harness/http-sink.ts';
import { logRecordsOf } from '../harness/otlp-json.ts';
import { type NodeRun, runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';

const LIBRARY = new URL('../../src/index.ts', import.meta.url).href;

interface Place {
  readonly spool: string;
  readonly endpoint: string;
}

/** Runs code with a durable logger `events`. @param more - options of the logger, as text */
function runWith(code: string, { spool, endpoint }: Place, more = ''): Promise<NodeRun> {
  return runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ spool: process.env.SPOOL, endpoint: process.env.ENDPOINT, flushIntervalMs: 10_000, ${more} });
     ${code}`,
    {
      env: {
        SPOOL: spool,
        ENDPOINT: endpoint,
        LIBRARY,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_LOG_LEVEL: 'none',
      },
    },
  );
}

async function awayEndpoint(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

const numbers = ({ requests }: HttpSink): unknown[] =>
  logRecordsOf(requests).map(({ attributes }) => attributes.n);

/** A later process on the same directory, which logs nothing of its own. */
async function deliveredLater(
  spool: string,
): Promise<{ numbers: unknown[]; stats: Record<string, unknown> }> {
  await using sink = await httpSink();
  const run = await runWith(
    `await events.flush();
     console.log(JSON.stringify(events.stats()));
     await events.close();`,
    { spool, endpoint: sink.url },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  return { numbers: numbers(sink), stats: JSON.parse(run.stdout) };
}

test('process.exit in the code of the app: what was logged, in the same turn too, is delivered by the next process', async (t) => {
  const dir = tempDir(t);
  const run = await runWith(
    `events.log('a', { n: 1 });
     const scope = events.track('open', { n: 2 });
     process.on('exit', () => { events.log('in an exit handler', { n: 3 }); });
     process.exit(7);`,
    { spool: dir, endpoint: await awayEndpoint() },
  );
  assert.equal(run.code, 7);
  const later = await deliveredLater(dir);
  assert.deepEqual(later.numbers.sort(), [1, 2, 3]);
  assert.equal(later.stats.adopted, 3);
});

test('an exception that nobody catches: what was logged before it is delivered by the next process', async (t) => {
  const dir = tempDir(t);
  const run = await runWith(
    `events.log('a', { n: 1 });
     setTimeout(() => { events.log('b', { n: 2 }); throw new Error('the app'); }, 5);`,
    { spool: dir, endpoint: await awayEndpoint() },
  );
  assert.equal(run.code, 1);
  assert.match(run.stderr, /the app/);
  assert.deepEqual((await deliveredLater(dir)).numbers, [1, 2]);
});

test('a natural end with the collector away leaves the events to the next process, within exitTimeoutMs', async (t) => {
  const dir = tempDir(t);
  const run = await runWith(
    `events.log('a', { n: 1 });
     const loggedMs = performance.now();
     process.once('exit', () => console.log(performance.now() - loggedMs));`,
    { spool: dir, endpoint: await awayEndpoint() },
    'exitTimeoutMs: 1000',
  );
  assert.equal(run.code, 0);
  // Without an option it would be five seconds.
  assert.ok(Number(run.stdout) < 4500, run.stdout);
  assert.deepEqual((await deliveredLater(dir)).numbers, [1]);
});

test('close() with the collector away says what is pending, and the next process delivers it', async (t) => {
  const dir = tempDir(t);
  const run = await runWith(
    `events.log('a', { n: 1 });
     console.log(JSON.stringify(await events.close({ timeoutMs: 100 })));`,
    { spool: dir, endpoint: await awayEndpoint() },
  );
  assert.deepEqual(JSON.parse(run.stdout), {
    acked: 0,
    pending: 1,
    rejected: 0,
    dropped: 0,
  });
  assert.deepEqual((await deliveredLater(dir)).numbers, [1]);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} in an app that does not listen to it: flushed, then the signal's own action`, async (t) => {
    const dir = tempDir(t);
    await using sink = await httpSink();
    const run = await runWith(
      `events.log('a', { n: 1 });
       setInterval(() => {}, 1000);
       setTimeout(() => process.kill(process.pid, '${signal}'), 20);`,
      { spool: dir, endpoint: sink.url },
    );
    assert.equal(run.signal, signal);
    assert.deepEqual(numbers(sink), [1]);
  });
}

test('SIGTERM in an app that listens to it: its handlers run, decide, and are not pre-empted', async (t) => {
  const dir = tempDir(t);
  await using sink = await httpSink();
  const run = await runWith(
    `process.once('SIGTERM', () => {
       events.log('shutting down', { n: 2 });
       setTimeout(() => { console.log('handled'); process.exit(3); }, 1500);
     });
     events.log('a', { n: 1 });
     setInterval(() => {}, 1000);
     setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20);`,
    { spool: dir, endpoint: sink.url },
  );
  assert.deepEqual([run.code, run.signal, run.stdout], [3, null, 'handled\n']);
  assert.equal(numbers(sink)[0], 1, 'flushed at the signal');
  const later = await deliveredLater(dir);
  assert.deepEqual([...numbers(sink), ...later.numbers], [1, 2]);
});

test('a second signal does not wait; handleSignals: false leaves signals alone', async (t) => {
  const dir = tempDir(t);
  const twice = await runWith(
    `events.log('a', { n: 1 });
     setInterval(() => {}, 1000);
     // The second one begins to wait when the first one is sent: closer together they are one key.
     setTimeout(() => {
       process.kill(process.pid, 'SIGINT');
       setTimeout(() => process.kill(process.pid, 'SIGINT'), 400);
     }, 20);`,
    { spool: dir, endpoint: await awayEndpoint() },
    'exitTimeoutMs: 120_000',
  );
  assert.equal(twice.signal, 'SIGINT');
  assert.ok(twice.ms < 60_000, `${twice.ms}`);
  const alone = await runWith(
    `const quiet = new EventLogger({ spool: process.env.SPOOL, endpoint: process.env.ENDPOINT, handleSignals: false });
     quiet.log('b', { n: 2 });
     console.log(process.listenerCount('SIGTERM'));
     await quiet.close({ timeoutMs: 0 });`,
    { spool: dir, endpoint: await awayEndpoint() },
  );
  assert.equal(alone.stdout, '0\n');
  assert.deepEqual((await deliveredLater(dir)).numbers, [1, 2]);
});

test('worker threads have spools of their own in the directory; one that exits leaves its events to the others', async (t) => {
  const dir = tempDir(t);
  await using sink = await httpSink();
  const run = await runWith(
    `import { Worker } from 'node:worker_threads';
     const code = (n, end) => \`import(process.env.LIBRARY).then(async ({ EventLogger }) => {
       const events = new EventLogger({ spool: process.env.SPOOL, endpoint: process.env.ENDPOINT, flushIntervalMs: 10_000 });
       events.log('worker', { n: \${n} });
       \${end}
     })\`;
     const exits = [code(2, 'await events.close();'), code(3, ''), code(4, 'process.exit(0);')].map((text) =>
       new Promise((resolve) => new Worker(text, { eval: true }).on('exit', resolve)));
     events.log('main', { n: 1 });
     await Promise.all(exits);
     await events.close();`,
    { spool: dir, endpoint: sink.url },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  const later = await deliveredLater(dir);
  assert.deepEqual([...numbers(sink), ...later.numbers].sort(), [1, 2, 3, 4]);
});

test('the processes of a cluster share the directory', async (t) => {
  const dir = tempDir(t);
  await using sink = await httpSink();
  const file = path.join(dir, 'cluster.ts');
  writeFileSync(
    file,
    `import cluster from 'node:cluster';
     const { EventLogger } = await import(process.env.LIBRARY);
     const events = new EventLogger({ spool: process.env.SPOOL, endpoint: process.env.ENDPOINT });
     for (let n = 0; n < 50; n++) events.log('clustered', { n: Number(process.env.BASE) + n });
     await events.durable();
     if (process.env.BASE === '100') process.kill(process.pid, 'SIGKILL');
     await events.close();
     cluster.worker.disconnect();`,
  );
  const run = await runWith(
    `import cluster from 'node:cluster';
     cluster.setupPrimary({ exec: ${JSON.stringify(file)}, execArgv: [] });
     const ends = [0, 100, 200].map((BASE) => new Promise((resolve) => cluster.fork({ BASE }).on('exit', resolve)));
     await Promise.all(ends);
     await events.close();`,
    { spool: path.join(dir, 'spool'), endpoint: sink.url },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  const later = await deliveredLater(path.join(dir, 'spool'));
  const seen = new Set([...numbers(sink), ...later.numbers]);
  assert.equal(seen.size, 150);
});

test('a forked child and its parent on one directory do not touch each other', async (t) => {
  const dir = tempDir(t);
  await using sink = await httpSink();
  const file = path.join(dir, 'child.ts');
  writeFileSync(
    file,
    `const { EventLogger } = await import(process.env.LIBRARY);
     const events = new EventLogger({ spool: process.env.SPOOL, endpoint: process.env.ENDPOINT });
     events.log('child', { n: 2 });`,
  );
  const run = await runWith(
    `import { fork } from 'node:child_process';
     events.log('parent', { n: 1 });
     await events.durable();
     await new Promise((resolve) => fork(${JSON.stringify(file)}, { execArgv: [] }).on('exit', resolve));
     await events.close();`,
    { spool: path.join(dir, 'spool'), endpoint: sink.url },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.deepEqual(numbers(sink).sort(), [1, 2]);
});

test('serverless: each invocation flushes what it logged, and nothing else keeps it waiting', async (t) => {
  const dir = tempDir(t);
  await using sink = await httpSink();
  const run = await runWith(
    `const handler = async (n) => {
       events.log('invoked', { n });
       const started = performance.now();
       const { pending } = await events.flush({ timeoutMs: 20_000 });
       return { pending, quick: performance.now() - started < 5000 };
     };
     const answers = [];
     for (let n = 1; n <= 5; n++) answers.push(await handler(n));
     answers.push(...await Promise.all([6, 7, 8].map(handler)));
     console.log(JSON.stringify(answers));`,
    { spool: dir, endpoint: sink.url },
  );
  const answers = JSON.parse(run.stdout) as { pending: number; quick: boolean }[];
  assert.deepEqual(
    answers,
    answers.map(() => ({ pending: 0, quick: true })),
  );
  assert.deepEqual(numbers(sink), [1, 2, 3, 4, 5, 6, 7, 8]);
});
