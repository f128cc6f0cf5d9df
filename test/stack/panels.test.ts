// Every query of every panel, run on the real Loki, Jaeger and Prometheus that the real collector has filled with
// what the demo says. Prints what each returned.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { runNode } from '../e2e/run.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireLoki } from '../services/loki.ts';
import { requireService } from '../services/require-service.ts';
import { type Stack, startStack } from '../services/start-stack.ts';
import { ask, getJson, replaceVariables } from './ask.ts';
import { dashboardFiles, type Panel } from './panels.ts';
import { sendOversize } from './send-oversize.ts';

const root = path.join(import.meta.dirname, '../..');
const datasourcesFile = path.join(root, 'collector/loki/datasources.yaml');

const SERVICE = 'coffee-house';
const VARIABLES = { service: SERVICE, event: 'checkout', field: 'user_id', session: '', conversation: '' };

/** Queries for which zero is the good news; all others must find a number that is not. */
const GOOD_AT_ZERO = new Set([
  'otel-events-llm: Failed A',
  'otel-events-health: Waiting A',
  'otel-events-health: Lost behind the collector A',
  'otel-events-health: Lost or refused, by reason B',
  'otel-events-health: Into the collector, a second B',
  'otel-events-health: Queues on disk A',
  'otel-events-health: Refused by Loki A',
]);

test('what Grafana shows of the demo', async (t) => {
  if (!requireLoki(t) || !requireService(t, 'otelcol', 'jaeger')) return;
  await using stack = await startStack(tempDir(t));
  await fill(stack);

  await t.test('the variable of services offers the one that there is', () => checkServices(stack));
  await t.test('the variable of events offers its events', (one) => checkNames(one, stack));
  for (const { uid, panels } of dashboardFiles('collector/loki/dashboards')) {
    for (const panel of panels) {
      await t.test(`${uid}: ${panel.title} (${panel.id})`, (one) => checkPanel(one, stack, uid, panel));
    }
  }
  await t.test('the queries of docs/grafana.md for Loki are ones', () => checkDocs(stack, 'loki', 'logql'));
  await t.test('and those for Prometheus', async (one) => {
    if (requireService(one, 'prometheus')) await checkDocs(stack, 'prometheus', 'promql');
  });
  await t.test('an event leads to its trace, and a span to the events of its trace', () => checkLinks(stack));
});

async function fill({ otelcol }: Stack): Promise<void> {
  const demo = await runNode(root, ['examples/stack/start.ts'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: otelcol.endpoint,
    DEMO_VISITS: '160',
    DEMO_PER_SECOND: '20',
    DEMO_SESSION_MS: '1500',
  });
  assert.equal(demo.code, 0, demo.stderr);
  assert.match(demo.stdout, /pending: 0, rejected: [1-9]\d*, dropped: 0/);
  await sendOversize(otelcol.endpoint, SERVICE);
  // Some scrapes, so that there are rates, and what the collector still holds goes out.
  await sleep(4000);
}

async function checkServices({ loki }: Stack): Promise<void> {
  const { data } = (await getJson(`${loki.url}/loki/api/v1/label/service_name/values`)) as { data: string[] };
  assert.ok(data.includes(SERVICE), data.join());
}

async function checkNames(t: TestContext, { prometheus }: Stack): Promise<void> {
  if (!requireService(t, 'prometheus')) return;
  const url = new URL(`${prometheus?.url}/api/v1/label/event_name/values`);
  url.searchParams.set('match[]', `otel_events_received_total{job="${SERVICE}"}`);
  const { data } = (await getJson(url)) as { data: string[] };
  for (const name of ['checkout', 'product.viewed', 'session.start', 'gen_ai.evaluation.result']) {
    assert.ok(data.includes(name), data.join());
  }
}

async function checkPanel(t: TestContext, stack: Stack, uid: string, panel: Panel): Promise<void> {
  const { title, targets, datasource } = panel;
  if (datasource.uid === 'prometheus' && !requireService(t, 'prometheus')) return;
  for (const target of targets) {
    const { series, points, max } = await ask(stack, target, VARIABLES);
    const what =
      max === undefined ? `${points} entries` : `${points} points, up to ${Number(max.toPrecision(4))}`;
    console.log(
      `${uid.padEnd(22)} ${title.padEnd(38)} ${target.datasource.uid.padEnd(10)} ${series} × ${what}`,
    );
    assert.ok(points > 0, `${target.refId}: nothing for ${target.expr ?? target.service}`);
    if (max === undefined || GOOD_AT_ZERO.has(`${uid}: ${title} ${target.refId}`)) continue;
    assert.ok(max > 0, `${target.refId}: only zeros for ${target.expr}`);
  }
}

async function checkDocs(stack: Stack, uid: string, language: string): Promise<void> {
  const text = readFileSync(path.join(root, 'docs/grafana.md'), 'utf8');
  const [, block = ''] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text) ?? [];
  const queries = block.split('\n').filter((line) => line !== '');
  assert.ok(queries.length >= 3);
  for (const line of queries) {
    const expr = line.replace(/ +#.*/, '').replaceAll('"shop"', `"${SERVICE}"`);
    // It throws when the server does not understand it.
    await ask(stack, { refId: 'A', datasource: { type: uid, uid }, expr }, {});
  }
}

async function checkLinks({ loki, jaeger }: Stack): Promise<void> {
  const url = new URL(`${loki.url}/loki/api/v1/query_range`);
  const streams = async (query: string): Promise<readonly Record<string, string>[]> => {
    url.searchParams.set('query', query);
    const { data } = (await getJson(url)) as { data: { result: { stream: Record<string, string> }[] } };
    return data.result.map(({ stream }) => stream);
  };
  const [checkout] = await streams(`{service_name="${SERVICE}"} | event_name="checkout"`);
  const traceId = checkout?.trace_id ?? '';
  const spans = await jaeger.findTrace(traceId, { minSpans: 2 });
  assert.deepEqual(new Set(spans.map(({ name }) => name)), new Set(['checkout', 'payment']));
  const back = await streams(replaceVariables(spanQuery(), { '__span.traceId': traceId }));
  const names = back.map(({ event_name }) => event_name);
  assert.ok(names.includes('checkout') && names.includes('payment'), names.join());
}

/** What Grafana asks Loki behind a span of Jaeger's, with the escape of the file taken away. */
function spanQuery(): string {
  const { datasources } = parse(readFileSync(datasourcesFile, 'utf8')) as {
    datasources: { uid: string; jsonData: { tracesToLogsV2?: { query: string } } }[];
  };
  const query = datasources.find(({ uid }) => uid === 'jaeger')?.jsonData.tracesToLogsV2?.query ?? '';
  return query.replaceAll('$$', '$');
}
