import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { fromAttributes, toAttributes } from '../attributes-json.ts';
import { makeProcessor } from '../make-processor.ts';

const DOCUMENT = readFileSync(path.join(import.meta.dirname, '../../../docs/ottl.md'), 'utf8');
const RECORD = JSON.parse(/```json\n([\s\S]*?)```/.exec(part('record'))?.[1] ?? '');

function part(name: string): string {
  return new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)<!-- /${name} -->`).exec(DOCUMENT)?.[1] ?? '';
}

/** The first two cells of the rows of a table: code, and what comes of it. */
function rows(name: string): [code: string, result: string][] {
  const found = [...part(name).matchAll(/^\| `(.*?)` \| (.*?) \|/gm)];
  return found.map(([, code = '', result = '']) => [code, result.replace(/^`|`$/g, '')]);
}

/** The attributes of the documented record after these statements. */
async function attributesAfter(statements: readonly unknown[], isGroup = false) {
  const settings = { error_mode: 'propagate', log_statements: statements };
  const { pass } = await makeProcessor('transform', isGroup ? { log_statements: statements } : settings);
  const record = {
    ...RECORD,
    body: { stringValue: RECORD.body },
    attributes: toAttributes(RECORD.attributes),
  };
  const resource = { attributes: toAttributes({ 'service.name': 'shop' }) };
  const request = await pass('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
  const left = (request?.decoded().resourceLogs ?? []) as { scopeLogs: { logRecords: OtlpObject[] }[] }[];
  return fromAttributes(left[0]?.scopeLogs[0]?.logRecords[0]?.attributes as OtlpObject[]);
}

test('docs/ottl.md has examples of each kind', () => {
  const counts = ['statements', 'values', 'conditions'].map((name) => rows(name).length);
  assert.deepEqual(counts, [8, 13, 18]);
});

for (const [statement, changed] of rows('statements')) {
  test(`docs/ottl.md: ${statement}`, async () => {
    assert.deepEqual(await attributesAfter([statement]), { ...RECORD.attributes, ...JSON.parse(changed) });
  });
}

for (const [value, given] of rows('values')) {
  test(`docs/ottl.md: the value ${value}`, async () => {
    const { out } = await attributesAfter([`set(log.attributes["out"], ${value})`]);
    assert.deepEqual(out, given === 'nothing' ? undefined : JSON.parse(given));
  });
}

for (const [condition, holds] of rows('conditions')) {
  test(`docs/ottl.md: the condition ${condition}`, async () => {
    const { out } = await attributesAfter([`set(log.attributes["out"], "yes") where ${condition}`]);
    assert.equal(out ?? 'no', holds);
  });
}

test('docs/ottl.md: a group with a context is valid, and its conditions decide', async () => {
  const [, block = ''] = /```yaml\n(log_statements:[\s\S]*?)```/.exec(DOCUMENT) ?? [];
  const { log_statements: groups } = parse(block) as { log_statements: Record<string, unknown>[] };
  assert.equal('alert' in (await attributesAfter(groups, true)), false);
  const forInfo = groups.map((group) => ({
    ...group,
    conditions: ['severity_number >= SEVERITY_NUMBER_INFO'],
  }));
  const { alert, from } = await attributesAfter(forInfo, true);
  assert.deepEqual({ alert, from }, { alert: true, from: 'shop' });
});
