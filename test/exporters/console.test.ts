import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ConsoleExporterOptions, consoleExporter } from '../../src/exporters/console.ts';
import { EventLogger } from '../../src/index.ts';

const TIME = 1_337_768_289_123_456_000n;
const APP = path.join(import.meta.dirname, 'console-app.ts');
const ESC = '\u001b';

function withExporter(options: ConsoleExporterOptions): EventLogger {
  return new EventLogger({
    delivery: 'none',
    exporters: [consoleExporter(options)],
    flushIntervalMs: 0,
    logLevel: 'none',
  });
}

/** A stream that says it is a terminal, of so many bits of colour. */
function terminal(colorDepth = 1): PassThrough & { isTTY: true; getColorDepth(): number } {
  return Object.assign(new PassThrough(), { isTTY: true as const, getColorDepth: () => colorDepth });
}

/** What the given calls write. */
async function written(
  stream: PassThrough,
  calls: (events: EventLogger) => unknown,
  more = {},
): Promise<string> {
  const events = withExporter({ stream, ...more });
  await calls(events);
  await events.close();
  stream.end();
  return text(stream);
}

test('anywhere but on a terminal: one line of JSON for each event, in the format leip', async () => {
  const lines = (
    await written(new PassThrough(), (events) => {
      events.log('one', { text: 'a\nb' });
      events.log('two', {}, { userId: 'u1' });
    })
  ).split('\n');
  assert.equal(lines.pop(), '');
  const [one, two] = lines.map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.deepEqual([one.name, one.data, two.name, two.uid], ['one', { text: 'a\nb' }, 'two', 'u1']);
});

test('on a terminal: time, name, category, tags, user and data', async () => {
  const lines = await written(terminal(), (events) => {
    events.log(
      'a.b',
      { sku: 'A1', qty: 2, list: [1] },
      { timestamp: TIME, category: 'cart', tags: ['web'], userId: 'u1' },
    );
    events.log('bare', {}, { timestamp: TIME });
  });
  assert.equal(
    lines,
    '2012-05-23T10:18:09.123Z a.b [cart] #web user=u1 {"sku":"A1","qty":2,"list":[1]}\n' +
      '2012-05-23T10:18:09.123Z bare\n',
  );
});

test('on a terminal: a scope has its duration, what went wrong is on a second line', async () => {
  const lines = await written(terminal(), async (events) => {
    await events.track('slow', () => new Promise((resolve) => setTimeout(resolve, 20)));
    const failing = events.track('bad', () => Promise.reject(new TypeError('no such\nthing')));
    await assert.rejects(failing, TypeError);
  });
  assert.match(lines, /^\S+ slow \d+(\.\d+)?m?s\n\S+ bad [\d.]+m?s\n {2}TypeError: no such\\u000athing\n$/);
});

test('on a terminal: a format that is asked for is kept', async () => {
  assert.equal(
    await written(terminal(), (events) => events.log('a'), { format: () => ({ n: 1 }) }),
    '{"n":1}\n',
  );
});

test('a line cannot be forged: control characters are escaped, on a terminal and elsewhere', async () => {
  const evil = `a\r\n2012-05-23 forged${ESC}[2K\u0085\u009b1A\u202e\u2028`;
  const calls = (events: EventLogger): unknown =>
    events.log(evil, { [evil]: evil }, { category: evil, tags: [evil], userId: evil });
  for (const stream of [terminal(24), terminal(), new PassThrough()]) {
    const output = await written(stream, calls);
    // Colours are ours.
    const bare = output.replaceAll(new RegExp(`${ESC}\\[\\d+m`, 'g'), '');
    assert.doesNotMatch(bare.slice(0, -1), /[\p{Cc}\u2028\u202e]/u);
    assert.equal(bare.at(-1), '\n');
  }
  const [line = ''] = (await written(new PassThrough(), calls)).split('\n');
  const { name, data } = JSON.parse(line);
  assert.deepEqual([name, data], [evil, { [evil]: evil }]);
});

test('colours: on a terminal that has them, unless NO_COLOR says otherwise', async (t) => {
  const calls = (events: EventLogger): unknown => events.log('a.b');
  const before = process.env.NO_COLOR;
  t.after(() => {
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  });
  delete process.env.NO_COLOR;
  assert.ok((await written(terminal(24), calls)).includes(ESC));
  assert.ok(!(await written(terminal(1), calls)).includes(ESC));
  assert.ok(!(await written(new PassThrough(), calls)).includes(ESC));
  process.env.NO_COLOR = '1';
  assert.ok(!(await written(terminal(24), calls)).includes(ESC));
});

test('on a terminal: a line is cut where it gets too long for people', async () => {
  const line = await written(terminal(), (events) => events.log('a', { text: 'x'.repeat(5000) }));
  assert.match(line, /… \(\d+ more\)\n$/);
  assert.ok(line.length < 2200);
});

test('a batch is taken when the stream has written it, not before', async () => {
  const pending: (() => void)[] = [];
  const stream = new Writable({ write: (_chunk, _encoding, done) => void pending.push(done) });
  const events = withExporter({ stream });
  events.log('a');
  await events.flush({ timeoutMs: 50 });
  assert.equal(events.stats().sinks.console?.acked, 0);
  assert.equal(pending.length, 1);
  for (const done of pending) done();
  await events.close();
  assert.equal(events.stats().sinks.console?.acked, 1);
});

test('a stream that never answers does not hold up the end', async () => {
  const pending: ((error: Error) => void)[] = [];
  const stream = new Writable({ write: (_chunk, _encoding, done) => void pending.push(done) });
  const events = withExporter({ stream });
  events.log('a');
  await events.close({ timeoutMs: 50 });
  assert.equal(events.stats().sinks.console?.acked, 0);
  // It fails after all: that is nobody's uncaught error.
  for (const done of pending) done(new Error('late'));
  await nextTurn();
  assert.equal(stream.listenerCount('error'), 0);
});

test('a failure of the stream that may pass is tried again', async () => {
  const chunks: string[] = [];
  let isBusy = true;
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      if (!isBusy) chunks.push(String(chunk));
      done(isBusy ? Object.assign(new Error('busy'), { code: 'EAGAIN' }) : null);
      isBusy = false;
    },
    // As standard output does: it cannot be destroyed.
    destroy(error, done) {
      done(error);
      Reflect.get(this, '_undestroy').call(this);
    },
  });
  const events = withExporter({ stream, format: ({ eventName }) => eventName });
  events.log('a');
  await events.close();
  assert.deepEqual(chunks, ['"a"\n']);
  assert.equal(events.stats().sinks.console?.acked, 1);
});

test('a stream that has ended refuses for good and is counted', async () => {
  const stream = new PassThrough();
  stream.end();
  const events = withExporter({ stream });
  events.log('a');
  await events.close();
  assert.deepEqual(events.stats().sinks.console?.rejected, { stream_closed: 1 });
  await nextTurn();
  assert.equal(stream.listenerCount('error'), 0);
});

test('a pipe whose reader goes away: the app lives, what was not written is counted', {
  timeout: 60_000,
}, async () => {
  const child = spawn(process.execPath, [APP, '2000'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = await once(child, 'close');
  assert.equal(code, 0, await said);
  const row = JSON.parse(await said);
  assert.ok(row.rejected.stream_closed > 0, JSON.stringify(row));
  assert.equal(row.acked + row.rejected.stream_closed, 2000);
});

test('through a pipe with a slow reader nothing is lost', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [APP, '2000'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = (await text(child.stdout)).split('\n').slice(0, -1);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).data.n),
    Array.from({ length: 2000 }, (_, index) => index + 1),
  );
});

const hasScript = spawnSync('script', ['--version']).status === 0;

test('on a real terminal', { skip: hasScript ? false : 'there is no `script` to make one' }, () => {
  // Nothing of ours: under CI, Node.js takes any terminal for one without colours.
  const env = { PATH: process.env.PATH, TERM: 'xterm-256color' };
  const { stdout } = spawnSync('script', ['-qec', `'${process.execPath}' '${APP}' 1`, '/dev/null'], {
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.match(stdout, /numbered/);
  assert.ok(stdout.includes(`${ESC}[`), stdout);
});
