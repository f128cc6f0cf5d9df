import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { fromAttributes, toAttributes } from '../attributes-json.ts';
import { logRecordAfter } from '../make-processor.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../../docs/collector.md'), 'utf8');
const [, table = ''] = /<!-- nested -->\n([\s\S]*?)<!-- \/nested -->/.exec(text) ?? [];
const ROWS = [...table.matchAll(/^\| `(.*)` \| `(.*)` \|$/gm)];
const MAIL = 'bob@example.org';
const BEFORE = { mail: MAIL, deep: { mail: MAIL } };

test('docs/collector.md shows the attributes that its examples begin with', () => {
  assert.ok(text.includes(`\`${JSON.stringify(BEFORE)}\``));
  assert.ok(ROWS.length >= 8);
});

for (const [, processor = '', after = ''] of ROWS) {
  test(`docs/collector.md: ${processor}`, async () => {
    const [[type, settings] = ['', {}]] = Object.entries(parse(processor) as Record<string, object>);
    const record = await logRecordAfter(type, settings, { attributes: toAttributes(BEFORE) });
    assert.deepEqual(fromAttributes(record.attributes as never), JSON.parse(after));
  });
}

test('in the body of a log record redaction looks at all depths', async () => {
  const [body] = toAttributes({ body: { a: [{ mail: MAIL }] } });
  const settings = { allow_all_keys: true, blocked_values: ['[a-z]+@[a-z.]+'] };
  const record = await logRecordAfter('redaction', settings, { body: body?.value });
  assert.deepEqual(fromAttributes([{ key: 'body', value: record.body as never }]), {
    body: { a: [{ mail: '****' }] },
  });
});
