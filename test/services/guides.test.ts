// The guides for Jupyter, edX and Trubrics, theirs: what the originals make of "before" is what the guide shows.
// test/guides/originals.test.ts compares "after" with the same text. The originals are installed from PyPI when they
// are not there yet (Python 3.11).
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { JUPYTER_EVENTS, LATEST, TWO_EVENTS } from '../../scripts/fixtures-originals/environments.ts';
import { likeShown } from '../guides/like-shown.ts';
import { linesOf } from '../guides/lines-of.ts';
import { readGuide, withOwn } from '../guides/read-guide.ts';
import { runPython } from '../guides/run-block.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requirePython } from './require-python.ts';

const edx = readGuide('edx');

test('edx: event-tracking writes what the guide shows', async (t) => {
  const python = requirePython(t, LATEST);
  if (python === undefined) return;
  const shown = edx.values('jsonl same');
  const directory = tempDir(t);
  await runPython(python, edx.block('python before'), directory);
  const lines = linesOf(readFileSync(path.join(directory, 'events.log'), 'utf8'));
  assert.deepEqual(likeShown(lines, shown), shown);
});

test('edx: its routes let through what the guide says', async (t) => {
  const python = requirePython(t, LATEST);
  if (python === undefined) return;
  const directory = tempDir(t);
  await runPython(python, edx.block('python before routes'), directory);
  const names = (file: string): unknown[] =>
    linesOf(readFileSync(path.join(directory, file), 'utf8')).map(({ name }) => name);
  assert.deepEqual(names('all.log'), ['page_view', 'problem_check']);
  assert.deepEqual(names('grades.log'), ['problem_check']);
});

const jupyter = readGuide('jupyter');

/** The lines that a block of Jupyter's writes, with the schema of the guide. */
async function recorded(t: TestContext, python: string, info: string) {
  const directory = tempDir(t);
  writeFileSync(path.join(directory, 'cart.yaml'), jupyter.block('yaml cart.yaml'));
  await runPython(python, jupyter.block(info), directory);
  return linesOf(readFileSync(path.join(directory, 'events.log'), 'utf8'));
}

test('jupyter: jupyter-telemetry writes what the guide shows', async (t) => {
  const python = requirePython(t, LATEST);
  if (python === undefined) return;
  const shown = jupyter.values('jsonl same');
  const lines = await recorded(t, python, 'python before');
  assert.deepEqual(likeShown(lines, shown), shown);
});

test('jupyter: jupyter_events writes what the guide shows, with another end of the time and the version as text', async (t) => {
  const python = requirePython(t, JUPYTER_EVENTS);
  if (python === undefined) return;
  const shown = jupyter.values('jsonl same');
  const lines = await recorded(t, python, 'python before, with jupyter_events');
  assert.equal(lines[0]?.__schema_version__, '1');
  assert.deepEqual(
    likeShown(
      lines.map((line) => ({ ...line, __schema_version__: 1 })),
      shown,
    ),
    shown,
  );
  assert.match(String(lines[0]?.__timestamp__), /\+00:00Z$/);
});

const trubrics = readGuide('trubrics');

async function posted(t: TestContext, python: string) {
  await using sink = await httpSink();
  const own = { 'https://app.trubrics.com/api/ingestion': `${sink.url}/api/ingestion` };
  await runPython(python, withOwn(trubrics.block('python before'), own), tempDir(t));
  return sink.requests.map(({ method, path: target, headers, body }) => ({
    address: [method, target, headers['x-api-key']],
    body: JSON.parse(body.toString()),
  }));
}

test('trubrics: version 1.8.2 of its client posts what the guide shows', async (t) => {
  const python = requirePython(t, TWO_EVENTS);
  if (python === undefined) return;
  const [shown] = trubrics.values('json same');
  const [request, ...more] = await posted(t, python);
  assert.deepEqual(request?.address, ['POST', '/api/ingestion/publish_events', 'API_KEY']);
  assert.deepEqual(likeShown(request?.body, shown), shown);
  assert.deepEqual(more, []);
});

test('trubrics: later versions post the same for track, and one record to another path for track_llm', async (t) => {
  const python = requirePython(t, LATEST);
  if (python === undefined) return;
  const [shown] = trubrics.values('json same') as [readonly unknown[]];
  const [events, llm] = await posted(t, python);
  assert.deepEqual(likeShown(events?.body, shown.slice(0, 1)), shown.slice(0, 1));
  assert.deepEqual(llm?.address, ['POST', '/api/ingestion/publish_llm_events', 'API_KEY']);
  assert.equal(llm?.body.length, 1);
});
