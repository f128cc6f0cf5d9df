// docs/coming-from-pino.md: both sides run, and what they write is compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { likeShown } from './like-shown.ts';
import { linesOf } from './lines-of.ts';
import { readGuide } from './read-guide.ts';
import { runJs } from './run-block.ts';

const guide = readGuide('pino');

for (const info of ['js before', 'js after']) {
  test(`pino: ${info} writes the lines of the guide, keys in the same order`, async (t) => {
    const shown = guide.values('jsonl same');
    const lines = linesOf(await runJs(guide.block(info), tempDir(t)));
    assert.deepEqual(likeShown(lines, shown), shown);
    assert.deepEqual(
      lines.map(Object.keys),
      shown.map((each) => Object.keys(each as object)),
    );
    assert.ok(lines.every(({ time }) => Math.abs(Date.now() - Number(time)) < 60_000));
  });
}

test('pino: levels are those of the severities', async (t) => {
  const names = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
  const calls = names.map((severity) => `events.log('a', {}, { severity: '${severity}' });`).join('\n');
  const [head = '', end] = guide.block('js after').split('const request');
  assert.ok(end !== undefined);
  const lines = linesOf(await runJs(`${head}${calls}\nawait events.close();`, tempDir(t)));
  assert.deepEqual(
    lines.map(({ level }) => level),
    [10, 20, 30, 40, 50, 60],
  );
});

test('pino: the processor in place of a level lets through what is bad enough', async (t) => {
  const processor = '({ severity }) => (severity < 13 ? null : undefined)';
  assert.ok(guide.text.includes(`\`${processor}\``));
  const code = guide.block('js after').replace('redact:', `processors: [${processor}],\n  redact:`);
  const lines = linesOf(await runJs(code, tempDir(t)));
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['payment.slow'],
  );
});

test('pino: events beside it are lines of its own', async (t) => {
  const shown = guide.values('jsonl lines');
  const lines = linesOf(await runJs(guide.block('js beside'), tempDir(t)));
  assert.deepEqual(likeShown(lines, shown), shown);
});

test('pino: loggerExporter writes the whole event as the text of msg', async (t) => {
  const [line] = linesOf(await runJs(guide.block('js edx'), tempDir(t)));
  const { name, data, context } = JSON.parse(String(line?.msg));
  assert.deepEqual(
    { name, data, context },
    { name: 'cart.item_added', data: { sku: 'A1', qty: 2 }, context: {} },
  );
});
