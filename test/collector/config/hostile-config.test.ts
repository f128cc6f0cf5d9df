import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { COMPONENTS } from '../../../src/collector/components.ts';
import { parseDuration } from '../../../src/collector/config/duration.ts';
import { expandEnvironment } from '../../../src/collector/config/expand-environment.ts';
import { readConfig } from '../../../src/collector/read-config.ts';
import { OtelEventsError } from '../../../src/errors.ts';
import { cpuClock } from '../../harness/cpu-clock.ts';
import { tempDir } from '../../harness/temp-dir.ts';

/** Far above what they take, and far below what the square of their length would. */
const MAX_MS = 5_000;

/** So that no text here looks like a template to the linter. */
const DOLLAR = '$';

const NO_DEVICES = !existsSync('/dev/zero') && 'there is no /dev/zero';

const COMPLETE = `receivers: {otlp: {protocols: {http: }}}
exporters: {file: {path: a.jsonl}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}
`;

/** `count` parts, each made of its number. */
const many = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join('');

const HOSTILE: Readonly<Record<string, string>> = {
  '20,000 keys': many(20_000, (index) => `key${index}: 1\n`),
  '20,000 keys in a flow': `{${many(20_000, (index) => `key${index}: 1, `)}}`,
  '20,000 exporters': `exporters:\n${many(20_000, (index) => `  x${index}:\n`)}`,
  '8,000 exporters that are not there, of 8,000 that are': `${COMPLETE.replace(/exporters: \{file.*/, '')}exporters:
${many(8_000, (index) => `  file/some${index}:\n`)}service:
  pipelines:
    logs:
      receivers: [otlp]
      exporters: [${many(8_000, (index) => `file/other${index}, `)}]\n`,
  '80,000 open variables': `x: ${'${'.repeat(80_000)}`,
  '40,000 nested variables': `x: ${'${'.repeat(40_000)}${'}'.repeat(40_000)}`,
  'digits without a unit': COMPLETE.replace('a.jsonl', `a.jsonl, flush_interval: "${'9'.repeat(200_000)}"`),
  'a thousand anchors, each used': many(1_000, (index) => `x${index}: &a${index} [1, *a${index}]\n`),
  '20,000 anchors, each used': many(10_000, (index) => `- &a${index} 1\n- *a${index}\n`),
  'an anchor of 10,000 keys, used a hundred times': `${COMPLETE}x: &x {${many(10_000, (index) => `k${index}: 1, `)}}
y: {${many(99, (index) => `k${index}: *x, `)}}\n`,
  '100 merges of an anchor of 10,000 keys': `x: &x {${many(10_000, (index) => `k${index}: 1, `)}}
exporters: {file: {<<: [${'*x, '.repeat(99)}]}}\n`,
  'a key of 200,000 characters': `${'a'.repeat(200_000)}: 1`,
  comments: '# a\n'.repeat(60_000),
  colons: ': '.repeat(100_000),
  brackets: '['.repeat(200_000),
  'brackets that close': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  dashes: '- '.repeat(100_000),
  tags: '!a '.repeat(80_000),
  documents: '---\na\n'.repeat(40_000),
  'quotes without an end': `"${'\\n'.repeat(100_000)}`,
};

/** @returns the lines of what is wrong with it */
async function problemsOf(t: TestContext, text: string): Promise<string[]> {
  const file = path.join(tempDir(t), 'collector.yaml');
  writeFileSync(file, text);
  try {
    await readConfig(file, { environment: {} });
    return [];
  } catch (error) {
    assert.ok(error instanceof OtelEventsError, String(error));
    assert.equal(error.code, 'COLLECTOR_CONFIG_INVALID');
    return error.message.split('\n');
  }
}

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`a configuration of ${name} is refused in time, with at most 100 problems`, async (t) => {
    const clock = cpuClock();
    const lines = await problemsOf(t, text);
    const tookMs = clock();
    assert.ok(lines.length > 0 && lines.length <= 101, `${lines.length} problems`);
    assert.ok(lines.join('').length < 200_000);
    assert.ok(tookMs < MAX_MS, `took ${tookMs} ms`);
  });
}

test('a configuration of more than 256 KiB is refused before it is parsed', async (t) => {
  const lines = await problemsOf(
    t,
    many(85_000, (index) => `k${index}: 1\n`),
  );
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /:1:1: longer than 256 KiB$/);
});

test('what is left of the problems is counted', async (t) => {
  const lines = await problemsOf(t, `${COMPLETE}${many(150, (index) => `key${index}: 1\n`)}`);
  assert.equal(lines.length, 101);
  assert.match(lines.at(-1) ?? '', /: and 50 more$/);
});

test('braces that nothing closes, and those of an escaped dollar, are found in one pass', () => {
  const variables = { values: { A: 'a', B: 'b' }, onUnset: () => {} };
  const expand = (text: string): string => expandEnvironment(text.replaceAll('§', DOLLAR), variables).text;
  assert.equal(expand('§{§{A} §{B}'), `${DOLLAR}{a b`);
  assert.equal(expand('§§{A} §{A}} }'), `${DOLLAR}{A} a} }`);
  assert.equal(expand('§{NONE:-§{A}-§{NONE:-§{B}}}'), 'a-b');
  assert.equal(expand('§{§§{A}'), `${DOLLAR}{${DOLLAR}{A}`);
});

test('a duration of a million digits is none, and is so at once', () => {
  for (const text of [
    '9'.repeat(1_000_000),
    `${'9'.repeat(1_000_000)}x`,
    '1s'.repeat(500_000),
    '1.'.repeat(500_000),
  ]) {
    const clock = cpuClock();
    assert.equal(parseDuration(text), undefined);
    assert.ok(clock() < 500);
  }
});

test('what has no end is read no further than a configuration goes', {
  skip: NO_DEVICES,
  timeout: 600_000,
}, async () => {
  await assert.rejects(readConfig('/dev/zero'), {
    code: 'COLLECTOR_START_FAILED',
    message: 'cannot read /dev/zero: more than 1048576 bytes is too long for a configuration',
  });
  const config = { ...GOOD, exporters: { nop: {}, file: { path: `${DOLLAR}{file:/dev/zero}` } } };
  await assert.rejects(readConfig(config), {
    code: 'COLLECTOR_CONFIG_INVALID',
    message: /exporters\.file\.path: cannot read the file \/dev\/zero: longer than 262144 bytes/,
  });
});

const GOOD = {
  receivers: { otlp: { protocols: { http: {} } } },
  exporters: { nop: {} },
  service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } } },
};

for (const [section, components] of Object.entries<readonly { types: readonly string[] }[]>({
  ...COMPONENTS,
})) {
  // The one that takes whatever the other engine's has.
  for (const type of components.flatMap(({ types }) => types).filter((name) => name !== 'pprof')) {
    test(`${section}.${type} that is no mapping is told`, async () => {
      for (const settings of [5, 'text', true, [1]]) {
        const config = {
          ...GOOD,
          [section]: { ...(GOOD as Record<string, object>)[section], [type]: settings },
        };
        await assert.rejects(readConfig(config), {
          code: 'COLLECTOR_CONFIG_INVALID',
          message: new RegExp(`config: ${section}\\.${type}: expected a mapping, got`),
        });
      }
    });
  }
}
