// Two agents, three brokers, two gateways, a store and Jaeger, each killed or hindered while events come in: every event is
// in the files and, after `reconcile --mend`, in the store.
import path from 'node:path';
import { test } from 'node:test';
import { IS_LONG } from '../harness/fault-counts.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from '../services/require-service.ts';
import { drive } from './drive.ts';
import { cutOff, type Fault, fullDisk, kill, killStore, poison } from './faults.ts';
import { hostsOrSkip } from './hosts-or-skip.ts';
import { startRoad } from './start-road.ts';

/** In the short form 100,000; in the long one 1,000,000, and everything is killed twice. */
const EVENTS = Number(process.env.SCALE_EVENTS ?? (IS_LONG ? 1_000_000 : 100_000));
const PHASE_MS = Number(process.env.SCALE_PHASE_MS ?? (IS_LONG ? 30_000 : 8000));
const CUT_MS = IS_LONG ? 60_000 : 15_000;
const FULL_MS = IS_LONG ? 20_000 : 5000;

test('two agents, three brokers, two gateways: all killed, and each event arrives', async (t) => {
  if (!requireService(t, 'otelcol', 'kafka', 'victorialogs', 'jaeger')) return;
  const disk = smallDisk(t, '512m');
  if (disk === undefined) return;
  const dir = tempDir(t);
  using hosts = hostsOrSkip(t, 2);
  if (hosts === undefined) return;
  const agentDir = (at: number): string | undefined => (at === 0 ? disk : undefined);
  await using road = await startRoad({ dir, hosts, brokers: 3, gateways: 2, agentDir });
  const [host] = hosts.hosts;
  if (host === undefined) throw new Error('two were made');
  const kills: readonly Fault[] = [
    kill('kill -9 of agent 1', ({ agents }) => agents.slice(0, 1)),
    kill('kill -9 of one broker of three', ({ brokers }) => brokers.slice(0, 1)),
    kill('kill -9 of all brokers', ({ brokers }) => brokers),
    kill('kill -9 of one gateway of two', ({ gateways }) => gateways.slice(0, 1)),
    killStore(),
    kill('kill -9 of Jaeger', ({ jaeger }) => [jaeger]),
  ];
  const faults = [
    ...kills,
    fullDisk(disk, FULL_MS),
    cutOff(host, CUT_MS),
    poison(path.join(dir), 3),
    ...(IS_LONG ? kills : []),
  ];
  await drive(t, { dir, road, hosts: hosts.hosts, faults, events: EVENTS, phaseMs: PHASE_MS });
});
