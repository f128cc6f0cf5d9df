import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startCollector } from '../../../src/collector/index.ts';

export const reader = (settings: object = {}) => ({
  readers: [{ pull: { exporter: { prometheus: { host: 'localhost', port: 0, ...settings } } } }],
});

export async function start(t: TestContext, { metrics = reader(), ...parts }: Record<string, unknown> = {}) {
  const lines: string[] = [];
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0', max_request_body_size: 1000 } } } },
      exporters: { debug: null },
      service: { telemetry: { metrics }, pipelines: { logs: { receivers: ['otlp'], exporters: ['debug'] } } },
      ...parts,
    },
    write: (line) => lines.push(line),
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  return { collector, lines };
}

export async function post(
  url: string,
  body: Uint8Array | string,
  type = 'application/x-protobuf',
): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Buffer.from(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** The lines of a scrape by series. */
export async function scrape(url = ''): Promise<ReadonlyMap<string, string>> {
  const response = await fetch(url);
  assert.equal(
    response.headers.get('content-type'),
    'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
  );
  const lines = (await response.text())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# HELP'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
}
