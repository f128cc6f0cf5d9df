import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { sourceOfSetting } from '../../../src/collector/config/read-sources.ts';
import { readConfig } from '../../../src/collector/read-config.ts';
import { tempDir } from '../../harness/temp-dir.ts';

const BASE = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:1"}}}}
exporters:
  otlp_http: {endpoint: "http://a", headers: {x: "1"}, timeout: 1s}
  nop:
service: {pipelines: {logs: {receivers: [otlp], exporters: [otlp_http, nop]}}}
`;

const filesOf = (t: TestContext, ...texts: readonly string[]): string[] => {
  const dir = tempDir(t);
  return texts.map((text, index) => {
    const file = path.join(dir, `${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });
};

const settingsOf = (config: Awaited<ReturnType<typeof readConfig>>) =>
  config.exporters.get('otlp_http')?.settings as { headers: object; timeout: number };

test('of several files maps are merged, and lists and values of the later one count', async (t) => {
  const over = `
exporters: {otlp_http: {headers: {y: "2"}, timeout: 2s}}
service: {pipelines: {logs: {exporters: [otlp_http]}}}
`;
  const config = await readConfig(filesOf(t, BASE, over));
  const { headers, timeout } = settingsOf(config);
  assert.deepEqual({ headers, timeout }, { headers: { x: '1', y: '2' }, timeout: 2_000 });
  assert.deepEqual(config.service.pipelines[0]?.exporters, ['otlp_http']);
  assert.deepEqual([...config.exporters.keys()], ['otlp_http', 'nop']);
});

test('a setting is stronger than files, with dots or with two colons, and its value is YAML', async (t) => {
  const [file = ''] = filesOf(t, BASE);
  const sources = [
    'exporters.otlp_http.timeout=3s',
    'exporters::otlp_http::headers={z: "a=b"}',
    'service.pipelines.logs.exporters=[nop]',
    'exporters.otlp_http.compression=',
  ].map((setting) => sourceOfSetting(setting) ?? '');
  const config = await readConfig([file, ...sources]);
  const { headers, timeout } = settingsOf(config);
  assert.deepEqual({ headers, timeout }, { headers: { x: '1', z: 'a=b' }, timeout: 3_000 });
  assert.deepEqual(config.service.pipelines[0]?.exporters, ['nop']);
  assert.equal(sourceOfSetting('no equals sign'), undefined);
});

test('a configuration may be in a variable, in text, in an object, and at file:', async (t) => {
  const [file] = filesOf(t, BASE);
  const environment = { OVER: 'exporters: {otlp_http: {timeout: 4s}}' };
  const sources = [
    `file:${file}`,
    'env:OVER',
    'yaml:exporters::otlp_http::encoding: json',
    { extensions: {} },
  ];
  const read = settingsOf(await readConfig(sources, { environment }));
  assert.deepEqual(read, { ...read, timeout: 4_000, encoding: 'json' });
});

test('a problem says of which file it is, and nothing of what a text holds', async (t) => {
  const [base = '', over = ''] = filesOf(t, BASE, 'exporters: {otlp_http: {timeout: soon}}');
  await assert.rejects(
    readConfig([base, over, 'yaml:exporters::otlp_http::top-s3cret: 1']),
    (error: Error) => {
      const lines = error.message.split('\n');
      assert.equal(lines.length, 2);
      assert.match(
        error.message,
        new RegExp(`${over}:1:34: exporters\\.otlp_http\\.timeout: expected a duration`),
      );
      assert.match(error.message, /^yaml:1:1: exporters\.otlp_http\.top-s3cret: unknown key/m);
      return true;
    },
  );
});

const WRONG: readonly [source: string, message: RegExp][] = [
  ['env:NOBODY', /the environment variable NOBODY is not set/],
  ['https://a.example/c.yaml', /only the OpenTelemetry Collector reads configurations over https/],
  ['yaml:a: b\n---\nc: d', /expected one YAML document/],
  ['/nowhere/c.yaml', /cannot read \/nowhere\/c\.yaml: ENOENT/],
];

for (const [source, message] of WRONG) {
  test(`${JSON.stringify(source)} is no configuration`, async () => {
    await assert.rejects(readConfig([source], { environment: {} }), message);
  });
}

const ref = (text: string) => `$\{${text}}`;

test('a value may be in a file or be YAML: whole it is what it reads as, inside of a string it is text', async (t) => {
  const [secret = '', list = ''] = filesOf(t, 's3cret\n', '[otlp]\n');
  const config = {
    receivers: { otlp: { protocols: { http: null } } },
    exporters: {
      otlp_http: {
        endpoint: 'http://a',
        headers: {
          whole: ref(`file:${secret}`),
          part: `Bearer ${ref(`file:${secret}`)}`,
          dollar: ref('yaml:"$HOME"'),
        },
        timeout: ref('yaml:5s'),
      },
    },
    service: { pipelines: { logs: { receivers: ref(`file:${list}`), exporters: ['otlp_http'] } } },
  };
  const read = await readConfig(config);
  const { headers, timeout } = settingsOf(read);
  assert.deepEqual(headers, { whole: 's3cret', part: 'Bearer s3cret', dollar: '"$HOME"' });
  assert.equal(timeout, 5_000);
  assert.deepEqual(read.service.pipelines[0]?.receivers, ['otlp']);
});
