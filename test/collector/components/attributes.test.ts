import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { makeProcessor, problemsOf, recordsOf, spansOf, texts } from '../make-processor.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ATTRIBUTES = [
  ...texts({ a: '1', path: '/u/7/o/9', secret: 's' }),
  { key: 'n', value: { doubleValue: 2.5 } },
];

async function after(actions: readonly object[], others: object = {}): Promise<unknown> {
  const { pass } = await makeProcessor('attributes', { actions, ...others });
  const left = await pass('logs', recordsOf({ body: {}, attributes: ATTRIBUTES }));
  const found = /"attributes":(\[.*?\])\}\]/.exec(JSON.stringify(left?.decoded()))?.[1];
  return Object.fromEntries(
    (JSON.parse(found ?? '[]') as { key: string; value: object }[]).map(({ key, value }) => [
      key,
      Object.values(value)[0],
    ]),
  );
}

const BEFORE = { a: '1', path: '/u/7/o/9', secret: 's', n: 2.5 };

const CASES: readonly (readonly [what: string, actions: readonly object[], result: object])[] = [
  ['insert adds what is not there', [{ key: 'b', value: 5, action: 'insert' }], { ...BEFORE, b: '5' }],
  ['insert leaves what is there', [{ key: 'a', value: 5, action: 'INSERT' }], BEFORE],
  ['update changes what is there', [{ key: 'a', value: true, action: 'update' }], { ...BEFORE, a: true }],
  ['update adds nothing', [{ key: 'b', value: 5, action: 'update' }], BEFORE],
  [
    'upsert does both',
    [
      { key: 'a', value: 1.5, action: 'upsert' },
      { key: 'b', value: 'x', action: 'upsert' },
    ],
    { ...BEFORE, a: 1.5, b: 'x' },
  ],
  [
    'a value may come from another attribute',
    [{ key: 'b', from_attribute: 'a', action: 'insert' }],
    { ...BEFORE, b: '1' },
  ],
  ['where there is none nothing is done', [{ key: 'b', from_attribute: 'z', action: 'insert' }], BEFORE],
  [
    'or default_value is taken',
    [{ key: 'b', from_context: 'x', default_value: 'd', action: 'upsert' }],
    { ...BEFORE, b: 'd' },
  ],
  [
    'delete takes a key and a pattern',
    [{ key: 'a', pattern: '^se', action: 'delete' }],
    { path: '/u/7/o/9', n: 2.5 },
  ],
  ['hash is SHA-256', [{ key: 'secret', action: 'hash' }], { ...BEFORE, secret: sha256('s') }],
  [
    'extract makes attributes of groups',
    [{ key: 'path', pattern: '/u/(?P<user>\\d+)/o/(?P<order>\\d+)', action: 'extract' }],
    { ...BEFORE, user: '7', order: '9' },
  ],
  [
    'convert changes the type',
    [
      { key: 'a', converted_type: 'int', action: 'convert' },
      { key: 'n', converted_type: 'int', action: 'convert' },
      { key: 'path', converted_type: 'double', action: 'convert' },
    ],
    { ...BEFORE, a: '1', n: '2' },
  ],
];

for (const [what, actions, result] of CASES) {
  test(`attributes: ${what}`, async () => assert.deepEqual(await after(actions), result));
}

test('attributes: include and exclude choose the records', async () => {
  const actions = [{ key: 'b', value: 'x', action: 'insert' }];
  const attributes = [{ key: 'a', value: '1' }];
  assert.deepEqual(await after(actions, { include: { match_type: 'strict', attributes } }), {
    ...BEFORE,
    b: 'x',
  });
  assert.deepEqual(await after(actions, { exclude: { match_type: 'strict', attributes } }), BEFORE);
});

test('attributes: nothing that is shared is changed', async () => {
  const decoded = recordsOf({ body: {}, attributes: ATTRIBUTES });
  const before = structuredClone(decoded);
  const { processor } = await makeProcessor('attributes', { actions: [{ key: 'a', action: 'hash' }] });
  await processor.process(OtlpRequest.from('logs', decoded));
  assert.deepEqual(decoded, before);
});

test('attributes: what is wrong with actions is found at the start', async () => {
  const problems = await problemsOf('attributes', {
    actions: [
      { key: 'a', action: 'add' },
      { key: 'a', action: 'insert' },
      { key: 'a', action: 'insert', value: 1, from_attribute: 'b' },
      { action: 'delete' },
      { key: 'a', action: 'extract', pattern: '(x)' },
      { key: 'a', action: 'convert', value: 1 },
      { key: 'a', action: 'hash', pattern: '(' },
    ],
  });
  assert.deepEqual(problems, [
    'actions[0].action: expected insert, update, upsert, delete, hash, extract or convert, got another string',
    'actions[1].value: is missing, and so are from_attribute, from_context and default_value',
    'actions[2].value: one of value or from_attribute is enough',
    'actions[3].key: is missing, and so is pattern',
    'actions[4].pattern: expected groups that all have names, (?P<name>…)',
    'actions[5].value: is of no use to convert',
    'actions[5].converted_type: is missing',
    'actions[6].pattern: not a regular expression of RE2: missing closing )',
  ]);
  assert.deepEqual(
    await problemsOf('attributes', {
      actions: [],
      include: { match_type: 'strict', span_names: ['a'], log_bodies: ['b'] },
    }),
    [
      'actions: expected at least one action',
      'include: services, span_names and span_kinds say nothing of logs',
      'include: log_bodies, log_severity_texts and log_severity_number say nothing of spans',
    ],
  );
});

test('resource: its actions change resources, of spans too', async () => {
  const { pass } = await makeProcessor('resource', {
    attributes: [{ key: 'a', value: 'x', action: 'upsert' }],
  });
  const left = await pass('traces', spansOf({ name: 's', status: {} }));
  assert.deepEqual(left?.decoded(), {
    resourceSpans: [
      {
        resource: { attributes: texts({ a: 'x' }) },
        scopeSpans: [{ scope: {}, spans: [{ name: 's', status: {} }] }],
      },
    ],
  });
});
