import { OWN_METRICS } from '../counts/metric-table.ts';
import type { Tally } from '../counts/tally.ts';
import type { Family } from '../prometheus/families.ts';
import { labelName } from '../prometheus/label-name.ts';
import type { Label } from '../prometheus/labels-of.ts';
import { metricName } from '../prometheus/metric-name.ts';
import type { Point } from '../prometheus/point.ts';
import type { MetricsReader, ResourceLabels } from './metrics-shape.ts';

/** Has the process itself in the metrics: how long it runs, and what it takes. @returns what takes it out of them */
export function watchProcess(tally: Tally): () => void {
  const removals = [
    tally.gauge(OWN_METRICS.uptime, {}, () => process.uptime()),
    tally.gauge(OWN_METRICS.cpu, {}, () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    tally.gauge(OWN_METRICS.memory, {}, () => process.memoryUsage.rss()),
    tally.gauge(OWN_METRICS.heap, {}, () => process.memoryUsage().heapUsed),
  ];
  return () => {
    for (const remove of removals) remove();
  };
}

/**
 * What a scrape of the collector's own metrics shows now, in the order of names and then of labels.
 * @param resource - the attributes of the collector itself
 */
export function ownFamilies(
  tally: Tally,
  resource: ReadonlyMap<string, string>,
  { hasSuffixes, resourceLabels }: Pick<MetricsReader, 'hasSuffixes' | 'resourceLabels'>,
): readonly Family[] {
  const families = new Map<string, Family>();
  const shared = labelsOf([...resource].filter(([name]) => isShown(name, resourceLabels)));
  for (const { metric, labels, value } of tally.series()) {
    const name = metricName(metric, { namespace: '', hasSuffixes }) ?? metric.name;
    const type = metric.role === 'counter' ? 'counter' : 'gauge';
    const family = families.get(name) ?? { name, help: metric.help, type, samples: [] };
    families.set(name, family);
    family.samples.push({
      labels: inOrder([...labels, ...shared]),
      point: pointOf(value),
      unixMs: undefined,
    });
  }
  const target = { labels: labelsOf([...resource]), point: pointOf(1), unixMs: undefined };
  families.set('target_info', {
    name: 'target_info',
    help: 'Target metadata',
    type: 'gauge',
    samples: [target],
  });
  return [...families.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

function isShown(attribute: string, labels: ResourceLabels | undefined): boolean {
  if (labels === undefined || labels.excluded.includes(attribute)) return false;
  return labels.included.length === 0 || labels.included.includes(attribute);
}

function labelsOf(attributes: readonly (readonly [name: string, value: string])[]): readonly Label[] {
  return inOrder(attributes.map(([name, value]) => [labelName(name) ?? name, value] as const));
}

function inOrder(labels: readonly Label[]): readonly Label[] {
  return labels.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function pointOf(value: number): Point {
  return { kind: 'number', startUnixNano: 0n, unixNano: 0n, value, exemplar: undefined };
}
