// The guides for LEIP, Jupyter, edX and Trubrics, ours: what "after" makes is what the guide shows. What the
// originals make of "before" is compared with the same text in test/services/guides.test.ts, where Python is.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { httpSink } from '../harness/http-sink.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { LEIP_FIELDS, LEIP_SIGNATURES } from './leip-document.ts';
import { likeShown } from './like-shown.ts';
import { linesOf } from './lines-of.ts';
import { readGuide, withOwn } from './read-guide.ts';
import { runJs } from './run-block.ts';

/** The lines of a file that a block writes, among the files that it reads. */
async function written(
  t: TestContext,
  code: string,
  files: Readonly<Record<string, string>> = {},
): Promise<(file: string) => ReturnType<typeof linesOf>> {
  const directory = tempDir(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  await runJs(code, directory);
  return (file) => linesOf(readFileSync(path.join(directory, file), 'utf8'));
}

const edx = readGuide('edx');

test('edx: events come out as the guide shows', async (t) => {
  const shown = edx.values('jsonl same');
  const lines = (await written(t, edx.block('js after')))('events.log');
  assert.deepEqual(likeShown(lines, shown), shown);
});

test('edx: routes let through what the guide says', async (t) => {
  const lines = await written(t, edx.block('js after routes'));
  const names = (file: string): unknown[] => lines(file).map(({ name }) => name);
  assert.deepEqual(names('all.log'), ['page_view', 'problem_check']);
  assert.deepEqual(names('grades.log'), ['problem_check']);
});

const jupyter = readGuide('jupyter');

test('jupyter: events come out as the guide shows', async (t) => {
  const shown = jupyter.values('jsonl same');
  const files = { 'cart.yaml': jupyter.block('yaml cart.yaml') };
  const lines = (await written(t, jupyter.block('js after'), files))('events.log');
  assert.deepEqual(likeShown(lines, shown), shown);
});

test('jupyter: personal data leave only if their category is allowed', async (t) => {
  const shown = jupyter.values('jsonl redacted');
  const lines = (await written(t, jupyter.block('js after, with categories')))('events.log');
  assert.deepEqual(likeShown(lines, shown), shown);
});

const trubrics = readGuide('trubrics');

test('trubrics: events are posted as the guide shows', async (t) => {
  const [shown] = trubrics.values('json same');
  await using sink = await httpSink();
  const own = { 'https://app.trubrics.com/api/ingestion': `${sink.url}/api/ingestion` };
  await runJs(withOwn(trubrics.block('js after'), own), tempDir(t));
  assert.deepEqual(
    sink.requests.map(({ method, path, headers }) => [method, path, headers['x-api-key']]),
    [['POST', '/api/ingestion/publish_events', 'API_KEY']],
  );
  assert.deepEqual(likeShown(JSON.parse(String(sink.requests[0]?.body)), shown), shown);
});

test('trubrics: feedback is in the trace of its answer', async (t) => {
  await using sink = await OtlpSink.open();
  const own = { 'new EventLogger()': `new EventLogger({ endpoint: '${sink.url}' })` };
  await runJs(withOwn(trubrics.block('js feedback'), own), tempDir(t));
  const [answer, feedback] = sink.records;
  assert.deepEqual(
    [answer?.eventName, feedback?.eventName],
    ['gen_ai.client.inference.operation.details', 'gen_ai.evaluation.result'],
  );
  assert.ok(answer?.traceId !== undefined && answer.traceId === feedback?.traceId);
});

const leip = readGuide('leip');

test('leip: files and requests hold the payloads that the guide shows', async (t) => {
  const [shown] = leip.values('json same') as [readonly Record<string, unknown>[]];
  await using sink = await httpSink();
  const directory = tempDir(t);
  await runJs(withOwn(leip.block('js after'), { 'https://events.example': sink.url }), directory);
  const posted = sink.requests.map(({ body }) => JSON.parse(body.toString()));
  assert.deepEqual(likeShown(posted, shown), shown);
  assert.deepEqual(
    sink.requests.map(({ method, path, headers }) => [method, path, headers['x-key']]),
    [
      ['POST', '/in', 'secret'],
      ['POST', '/in', 'secret'],
    ],
  );
  const buffer = path.join(directory, 'buffer');
  const kept = readdirSync(buffer)
    .sort()
    .map((file) => JSON.parse(readFileSync(path.join(buffer, file), 'utf8')));
  assert.deepEqual(kept, posted);
});

test('leip: the payloads have the fields of its document, and no others', () => {
  const [shown] = leip.values('json same') as [readonly object[]];
  const [logged = {}, tracked = {}] = shown;
  // `did` is there in a container only.
  const always = LEIP_FIELDS.filter((field) => field !== 'did');
  assert.deepEqual(Object.keys(logged).sort(), always.filter((field) => field !== 'stats').sort());
  assert.deepEqual(Object.keys(tracked).sort(), [...always].sort());
});

test('leip: the code before uses the names of its document', () => {
  const code = leip.block('python before');
  for (const [call, parameters] of Object.entries(LEIP_SIGNATURES)) {
    const [, text = ''] = new RegExp(`\\b${call}\\(((?:[^()]|\\([^()]*\\))*)\\)`).exec(code) ?? [];
    // What stands in brackets further inside belongs to other calls.
    const used = [...text.replace(/\([^()]*\)/g, '').matchAll(/\b(\w+)=/g)].map(([, name]) => name);
    const own = used.filter((name) => !parameters.names.includes(String(name)));
    assert.ok(used.length > 0, `${call} is called`);
    assert.deepEqual(own, parameters.data, call);
  }
});
