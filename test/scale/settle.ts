import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from '../services/start-kafka.ts';
import type { Otelcol } from '../services/start-otelcol.ts';
import type { Part } from './part.ts';
import { GROUPS, type Road } from './start-road.ts';

const PAUSE_MS = 1000;

/**
 * Waits until nothing is on its way any more: the agents' queues are empty, and all groups have committed everything.
 * @throws Error when for `timeoutMs` nothing has become less
 */
export async function settle({ agents, kafka }: Road, timeoutMs: number): Promise<void> {
  let [least, deadlineMs] = [Number.POSITIVE_INFINITY, Date.now() + timeoutMs];
  // Twice in a row, since a batch that an agent is sending is in neither.
  for (let quiet = 0; quiet < 2; await sleep(PAUSE_MS)) {
    const waiting = [...(await Promise.all(agents.map(queued))), await lag(kafka)];
    const all = sum(waiting);
    quiet = all === 0 ? quiet + 1 : 0;
    if (all < least) [least, deadlineMs] = [all, Date.now() + timeoutMs];
    if (Date.now() > deadlineMs) {
      throw new Error(`no less on its way for ${timeoutMs} ms, in the agents and in Kafka: ${waiting}`);
    }
  }
}

/** What waits in an agent's queue for Kafka. */
async function queued({ server, name }: Part<Otelcol>): Promise<number> {
  const values = await metric(server, 'otelcol_exporter_queue_size');
  if (values.length === 0) throw new Error(`${name} does not say what is in its queue`);
  return sum(values);
}

/** Messages that a group of the gateways has not committed. */
async function lag(kafka: Kafka): Promise<number> {
  const text = await kafka.tool('consumer.group.ConsumerGroupCommand', '--describe', '--all-groups');
  const behind = new Map<string, number[]>();
  // Group, topic, partition, committed, end, and what is between them: `-` where nothing has been committed.
  for (const [, group = '', committed, end] of text.matchAll(
    /^(otel-events-\S+) +\S+ +\d+ +(\d+|-) +(\d+)/gm,
  )) {
    const counts = behind.get(group) ?? [];
    behind.set(group, [...counts, Number(end) - (committed === '-' ? 0 : Number(committed))]);
  }
  // A group that has not begun is behind by all.
  return sum(Object.values(GROUPS).map((group) => sum(behind.get(group) ?? [1])));
}

/** All values of one of the collector's own metrics, of those series that have a label if there is one. */
export async function metric({ ports, endpoint }: Otelcol, name: string, label = ''): Promise<number[]> {
  const { hostname } = new URL(endpoint);
  const text = await (await fetch(`http://${hostname}:${ports.metrics}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${name}(?:{.*${label}.*})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
