import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { markdownTable } from '../../bench/report/markdown-table.ts';
import { runCli } from '../cli/events/run-cli.ts';
import { spansInJaeger } from '../stack/spans-in-jaeger.ts';
import type { Fault } from './faults.ts';
import type { Host } from './host.ts';
import { settle } from './settle.ts';
import { GROUPS, LOGS_TOPIC, type Road } from './start-road.ts';
import { type RoadApp, startRoadApp } from './start-road-app.ts';
import { type Arrived, eventsInFiles, eventsInStore, spansInFiles } from './what-arrived.ts';

export interface Drive {
  readonly dir: string;
  readonly road: Road;
  readonly hosts: readonly Host[];
  readonly faults: readonly Fault[];
  /** In all, over all apps and faults. */
  readonly events: number;
  /** How long the events of one fault take to come. */
  readonly phaseMs: number;
}

const SERVICE = 'road';
/** The parts of a phase before the fault. */
const BEFORE = 0.3;
const SETTLE_MS = 300_000;
const NONE: Arrived = { events: 0, copies: 0 };

/** An app on each host logs all the time; meanwhile one fault after the other happens. Then everything has to be there. */
export async function drive(
  t: TestContext,
  { dir, road, hosts, faults, events, phaseMs }: Drive,
): Promise<void> {
  const apps = hosts.map((host, at) =>
    startRoadApp({ host, endpoint: road.endpoint(at), spool: path.join(dir, `spool${at}`), number: at }),
  );
  t.after(() => {
    for (const app of apps) app[Symbol.dispose]();
  });
  const each = Math.ceil(events / faults.length / apps.length);
  const told = new Map<string, string>();
  for (const [at, fault] of faults.entries()) {
    const logging = Promise.all(apps.map((app) => app.log(phaseOf(at), each, phaseMs)));
    // Of an app that died of what comes now one hears below.
    logging.catch(() => {});
    await sleep(phaseMs * BEFORE);
    const startMs = performance.now();
    const note = await fault.happen(road);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    told.set(phaseOf(at), note ?? `over after ${seconds} s`);
    await logging;
  }
  const emitted = await endApps(apps);
  await settle(road, SETTLE_MS);

  const files = await eventsInFiles(road.files);
  const before = await eventsInStore(road.store.server, SERVICE);
  const mended = await reconcile(dir, road);
  const after = await eventsInStore(road.store.server, SERVICE);
  const spanFiles = await spansInFiles(road.files);
  const spans = await spansInJaeger(road.jaeger.server, SERVICE, emitted.spans);
  const lostSpans = Map.groupBy(
    [...spanFiles].filter(([id]) => !spans.has(id)),
    ([, phase]) => phase,
  );
  tell(t, faults, told, files.byPhase, before.byPhase, lostSpans);
  t.diagnostic(
    `${emitted.events} emitted, ${files.all.events} in files, ${before.all.events} in store, ${mended.sent} mended`,
  );
  t.diagnostic(
    `${files.all.copies} copies in files, ${before.all.copies} copies in store, ${files.outOfOrder} out of order, ${files.torn} torn requests`,
  );
  t.diagnostic(
    `${emitted.spans} spans emitted, ${spanFiles.size} spans in files, ${spans.size} spans in jaeger`,
  );
  assert.equal(files.all.events, emitted.events, 'each event is in the files');
  assert.equal(mended.left, 0, 'reconcile mends what the store has lost');
  assert.equal(after.all.events, emitted.events, 'each event is in the store');
  assert.equal(spanFiles.size, emitted.spans, 'each span is in the files');
  assert.equal(spans.size, emitted.spans, 'each span is in Jaeger');

  await windBack(t, road, emitted.events, after.all.copies);
}

/** The store's group begins again at the first message: everything comes once more, and counts once. */
async function windBack(t: TestContext, road: Road, emitted: number, copiesBefore: number): Promise<void> {
  await Promise.all(road.gateways.map((gateway) => gateway.stop()));
  await road.kafka.windBack(GROUPS.store, LOGS_TOPIC);
  await Promise.all(road.gateways.map((gateway) => gateway.restart()));
  await settle(road, SETTLE_MS);
  const { all } = await eventsInStore(road.store.server, SERVICE);
  t.diagnostic(`wound back: ${all.events} in store then, ${all.copies - copiesBefore} copies more`);
  assert.equal(all.events, emitted);
  assert.ok(all.copies - copiesBefore >= emitted, 'all came again');
  assert.equal((await eventsInFiles(road.files)).all.events, emitted);
}

interface Emitted {
  readonly events: number;
  readonly spans: number;
}

/** What the ledgers say: everything acknowledged, nothing dropped. */
async function endApps(apps: readonly RoadApp[]): Promise<Emitted> {
  const ledgers = await Promise.all(apps.map((app) => app.end(SETTLE_MS)));
  let [events, spans] = [0, 0];
  for (const { total, spans: own } of ledgers) {
    assert.deepEqual([total.acked, total.pending, total.dropped], [total.emitted, 0, {}]);
    assert.deepEqual([own.acked, own.pending, own.dropped], [own.emitted, 0, {}]);
    events += total.emitted;
    spans += own.emitted;
  }
  return { events, spans };
}

async function reconcile(dir: string, { files, store }: Road): Promise<{ sent: number; left: number }> {
  const globs = files
    .map((each) => path.join(each, 'events*.jsonl'))
    // A gateway that had none of the apps' partitions has no file.
    .filter((glob) => globSync(glob).length > 0)
    .flatMap((glob) => ['--files', glob]);
  const args = [...globs, '--store', `victorialogs=${store.server.url}`, '--mend', '--json'];
  const { status, stdout, stderr } = await runCli(dir)('reconcile', ...args);
  assert.equal(status, 0, `${stderr}${stdout}`.slice(-2000));
  return JSON.parse(stdout) as { sent: number; left: number };
}

/** A row for each fault: what came while it happened, and what became of it before anything was mended. */
function tell(
  t: TestContext,
  faults: readonly Fault[],
  told: ReadonlyMap<string, string>,
  inFiles: ReadonlyMap<string, Arrived>,
  inStore: ReadonlyMap<string, Arrived>,
  lostSpans: ReadonlyMap<string, readonly unknown[]>,
): void {
  const rows = faults.map(({ name }, at) => {
    const [files, store] = [inFiles.get(phaseOf(at)) ?? NONE, inStore.get(phaseOf(at)) ?? NONE];
    return {
      fault: name,
      'in files': `${files.events}`,
      'copies there': `${files.copies}`,
      'lost by the store': `${files.events - store.events}`,
      'copies in it': `${store.copies}`,
      'spans lost by Jaeger': `${lostSpans.get(phaseOf(at))?.length ?? 0}`,
      '': told.get(phaseOf(at)) ?? '',
    };
  });
  for (const line of markdownTable(rows).split('\n')) t.diagnostic(line);
}

function phaseOf(at: number): string {
  return `p${at}`;
}
