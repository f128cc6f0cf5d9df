// Every query of every panel, run on the real store, Jaeger and Prometheus that the real collector has filled with what
// the demo says. Prints what each returned.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { STORES } from '../../scripts/dashboards/stores.ts';
import { runNode } from '../e2e/run.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { readCollectorFile } from '../services/collector-file.ts';
import { requireLoki } from '../services/loki.ts';
import { requireService } from '../services/require-service.ts';
import { type Stack, type StoreName, startStack } from '../services/start-stack.ts';
import { ask, getJson, post, replaceVariables } from './ask.ts';
import { dashboardFiles, type Panel } from './panels.ts';
import { sendOversize } from './send-oversize.ts';
import { queryUntil } from './victorialogs-events.ts';

const root = path.join(import.meta.dirname, '../..');

const SERVICE = 'coffee-house';

/** What differs between the stores. */
const STORE: Readonly<
  Record<
    StoreName,
    {
      readonly title: string;
      /** Where queries in its language are told. */
      readonly docs: string;
      readonly language: string;
      readonly field: string;
      readonly datasources: string;
      readonly services: (stack: Stack) => Promise<readonly string[]>;
      /** The fields of events that a query finds. */
      readonly find: (stack: Stack, query: string) => Promise<readonly Fields[]>;
      readonly checkouts: string;
    }
  >
> = {
  victorialogs: {
    title: 'VictoriaLogs',
    docs: 'docs/grafana.md',
    language: 'logsql',
    field: 'user.id',
    datasources: 'collector/grafana/provisioning/datasources/otel-events.yaml',
    async services({ store }) {
      const params = { query: '*', field: 'service_name', limit: '1000' };
      const text = await post(`${store.url}/select/logsql/field_values`, params);
      return (JSON.parse(text) as { values: { value: string }[] }).values.map(({ value }) => value);
    },
    find: ({ store }, query) => queryUntil(store, query, 0),
    checkouts: `{service_name="${SERVICE}",event_name="checkout"}`,
  },
  loki: {
    title: 'Loki',
    docs: 'docs/loki.md',
    language: 'logql',
    field: 'user_id',
    datasources: 'collector/loki/datasources.yaml',
    async services({ store }) {
      const url = `${store.url}/loki/api/v1/label/service_name/values`;
      return ((await getJson(url)) as { data: string[] }).data;
    },
    async find({ store }, query) {
      const url = new URL(`${store.url}/loki/api/v1/query_range`);
      url.searchParams.set('query', query);
      const { data } = (await getJson(url)) as { data: { result: { stream: Fields }[] } };
      return data.result.map(({ stream }) => stream);
    },
    checkouts: `{service_name="${SERVICE}"} | event_name="checkout"`,
  },
};

type Fields = Readonly<Record<string, string | undefined>>;

/** Queries for which zero is the good news; all others must find a number that is not. */
const GOOD_AT_ZERO = new Set([
  'otel-events-llm: Failed A',
  'otel-events-health: Waiting A',
  'otel-events-health: Lost behind the collector A',
  'otel-events-health: Lost or refused, by reason B',
  'otel-events-health: Into the collector, a second B',
  'otel-events-health: Queues on disk A',
  'otel-events-health: Refused by VictoriaLogs A',
  'otel-events-health: Refused by Loki A',
]);

test('what Grafana shows of the demo, from VictoriaLogs', async (t) => {
  if (!requireService(t, 'otelcol', 'jaeger', 'victorialogs')) return;
  await checkStack(t, 'victorialogs');
});

test('what Grafana shows of the demo, from Loki', async (t) => {
  if (!requireLoki(t) || !requireService(t, 'otelcol', 'jaeger')) return;
  await checkStack(t, 'loki');
});

async function checkStack(t: TestContext, name: StoreName): Promise<void> {
  const { title, docs, language } = STORE[name];
  await using stack = await startStack(tempDir(t), name);
  const delivered = await runDemo(stack);
  await t.test('the store and the files have as many events as the ledger says were delivered', (one) =>
    checkTotals(one, stack, delivered),
  );
  // Something that was cut, for the panels that tell of it.
  await sendOversize(stack.otelcol.endpoint, SERVICE);
  // Some scrapes, so that there are rates, and what the collector still holds goes out.
  await sleep(4000);

  await t.test('the variable of services offers the one that there is', async () => {
    const services = await STORE[name].services(stack);
    assert.ok(services.includes(SERVICE), services.join());
  });
  await t.test('the variable of events offers its events', (one) => checkNames(one, stack));
  for (const { uid, panels } of dashboardFiles(folderOf(name))) {
    for (const panel of panels) {
      await t.test(`${uid}: ${panel.title} (${panel.id})`, (one) => checkPanel(one, stack, uid, panel));
    }
  }
  await t.test(`the queries of the docs for ${title} are ones`, () => checkDocs(stack, docs, name, language));
  await t.test('and those for Prometheus', async (one) => {
    if (requireService(one, 'prometheus')) await checkDocs(stack, 'docs/grafana.md', 'prometheus', 'promql');
  });
  await t.test('an event leads to its trace, and a span to the events of its trace', () => checkLinks(stack));
}

function folderOf(name: StoreName): string {
  const found = STORES.find(({ store }) => store.uid === name);
  if (found === undefined) throw new Error(`no dashboards for ${name}`);
  return found.folder;
}

/** @returns how many events the ledger of the app says were delivered */
async function runDemo({ otelcol }: Stack): Promise<number> {
  const demo = await runNode(root, ['examples/stack/start.ts'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: otelcol.endpoint,
    DEMO_VISITS: '160',
    DEMO_PER_SECOND: '20',
    DEMO_SESSION_MS: '1500',
  });
  assert.equal(demo.code, 0, demo.stderr);
  const ledger = /acked: (\d+), pending: 0, rejected: [1-9]\d*, dropped: 0/.exec(demo.stdout);
  assert.ok(ledger !== null, demo.stdout);
  return Number(ledger[1]);
}

async function checkTotals(t: TestContext, stack: Stack, delivered: number): Promise<void> {
  const target = dashboardFiles(folderOf(stack.store.name))
    .find(({ uid }) => uid === 'otel-events-overview')
    ?.panels.find(({ title }) => title === 'Events')?.targets[0];
  assert.ok(target !== undefined);
  let stored = 0;
  for (let tries = 0; stored < delivered && tries < 50; tries++, await sleep(200)) {
    stored = (await ask(stack, target, { service: SERVICE })).max ?? 0;
  }
  const ids = new Set<string>();
  await readCollectorFile(stack.files, 'logs', (records) => {
    for (const { attributes } of records)
      ids.add(JSON.stringify(attributes?.find(({ key }) => key === 'log.record.uid')));
  });
  t.diagnostic(
    `${delivered} delivered, ${stored} in ${STORE[stack.store.name].title}, ${ids.size} in the files`,
  );
  assert.deepEqual([stored, ids.size], [delivered, delivered]);
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
  const { field } = STORE[stack.store.name];
  if (datasource.uid === 'prometheus' && !requireService(t, 'prometheus')) return;
  for (const target of targets) {
    const variables = { service: SERVICE, event: 'checkout', field, session: '', conversation: '' };
    const { series, points, max } = await ask(stack, target, variables);
    const what =
      max === undefined ? `${points} entries` : `${points} points, up to ${Number(max.toPrecision(4))}`;
    console.log(
      `${uid.padEnd(22)} ${title.padEnd(38)} ${target.datasource.uid.padEnd(12)} ${series} × ${what}`,
    );
    assert.ok(points > 0, `${target.refId}: nothing for ${target.expr ?? target.service}`);
    if (max === undefined || GOOD_AT_ZERO.has(`${uid}: ${title} ${target.refId}`)) continue;
    assert.ok(max > 0, `${target.refId}: only zeros for ${target.expr}`);
  }
}

async function checkDocs(stack: Stack, file: string, uid: string, language: string): Promise<void> {
  const text = readFileSync(path.join(root, file), 'utf8');
  const [, block = ''] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text) ?? [];
  const queries = block.split('\n').filter((line) => line !== '');
  assert.ok(queries.length >= 3, language);
  for (const line of queries) {
    const expr = line.replace(/ +#.*/, '').replaceAll('"shop"', `"${SERVICE}"`);
    // It throws when the server does not understand it.
    await ask(stack, { refId: 'A', datasource: { type: uid, uid }, expr }, {});
  }
}

async function checkLinks(stack: Stack): Promise<void> {
  const { checkouts, find } = STORE[stack.store.name];
  const [checkout] = await find(stack, checkouts);
  const traceId = checkout?.trace_id ?? '';
  const spans = await stack.jaeger.findTrace(traceId, { minSpans: 2 });
  assert.deepEqual(new Set(spans.map(({ name }) => name)), new Set(['checkout', 'payment']));
  const back = await find(
    stack,
    replaceVariables(spanQuery(stack.store.name), { '__span.traceId': traceId }),
  );
  const names = back.map(({ event_name }) => event_name);
  assert.ok(names.includes('checkout') && names.includes('payment'), names.join());
}

/** What Grafana asks the store behind a span of Jaeger's, with the escape of the file taken away. */
function spanQuery(name: StoreName): string {
  const { datasources } = parse(readFileSync(path.join(root, STORE[name].datasources), 'utf8')) as {
    datasources: { uid: string; jsonData: { tracesToLogsV2?: { query: string } } }[];
  };
  const query = datasources.find(({ uid }) => uid === 'jaeger')?.jsonData.tracesToLogsV2?.query ?? '';
  return query.replaceAll('$$', '$');
}
