import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import type { Counter, ResourceSeries } from './resources.ts';
import type { Series, SeriesSet } from './series-set.ts';

/** How series are sent. */
export interface Sending {
  readonly namespace: string;
  readonly unit: string;
  readonly isDelta: boolean;
  /** When deltas were sent last, by series: the next ones begin then. */
  readonly sent: Map<string, string>;
  /** The most of these that are kept. */
  readonly maxSent: number;
  readonly timeUnixNano: string;
  /** Nothing comes after this. */
  readonly isLast: boolean;
}

const SCOPE_NAME = 'spanmetricsconnector';

/** The series of all resources, as `ResourceMetrics`. */
export function writeMetrics(resources: Iterable<ResourceSeries>, sending: Sending): OtlpObject[] {
  const { namespace, unit, isDelta } = sending;
  const aggregationTemporality = isDelta ? 1 : 2;
  const nameOf = (name: string): string => (namespace === '' ? name : `${namespace}.${name}`);
  const written: OtlpObject[] = [];
  for (const { key, attributes, calls, durations, events } of resources) {
    const points = <T>(
      name: string,
      set: SeriesSet<T>,
      write: (series: Series<T>) => OtlpObject,
    ): OtlpObject[] =>
      [...set.series].map(([series, one]) => ({
        ...(one.attributes.length > 0 && { attributes: [...one.attributes] }),
        startTimeUnixNano: startOf(`${name}\0${key}\0${series}`, one, sending),
        timeUnixNano: sending.timeUnixNano,
        ...write(one),
        ...(one.exemplars.length > 0 && {
          exemplars: one.exemplars.map((exemplar) => ({ timeUnixNano: sending.timeUnixNano, ...exemplar })),
        }),
      }));
    const sum = (name: string, set: SeriesSet<Counter>): OtlpObject => {
      const dataPoints = points(name, set, (series) => ({ asInt: String(countOf(series, sending)) }));
      return { name: nameOf(name), sum: { dataPoints, aggregationTemporality, isMonotonic: true } };
    };
    const metrics = [sum('calls', calls)];
    if (durations !== undefined) {
      const dataPoints = points('duration', durations, ({ value }) => value.point());
      const type = dataPoints.some(({ scale }) => scale !== undefined) ? 'exponentialHistogram' : 'histogram';
      metrics.push({ name: nameOf('duration'), unit, [type]: { dataPoints, aggregationTemporality } });
    }
    if (events !== undefined && events.series.size > 0) metrics.push(sum('events', events));
    if (calls.series.size > 0)
      written.push({
        resource: attributes.length > 0 ? { attributes: [...attributes] } : {},
        scopeMetrics: [{ scope: { name: SCOPE_NAME }, metrics }],
      });
  }
  return written;
}

/** A series begins with 0: Prometheus sees no increase between nothing and the first number. */
function countOf(series: Series<Counter>, { isDelta, isLast }: Sending): number {
  const isFirst = !series.isKnown;
  series.isKnown = true;
  return isFirst && !isDelta && !isLast ? 0 : series.value.count;
}

/** A delta begins where the one before has ended. */
function startOf(
  key: string,
  series: Series<unknown>,
  { isDelta, sent, maxSent, timeUnixNano }: Sending,
): string {
  if (!isDelta) return series.startUnixNano;
  const start = sent.get(key) ?? series.startUnixNano;
  sent.delete(key);
  sent.set(key, timeUnixNano);
  if (sent.size > maxSent)
    for (const [oldest] of sent) {
      sent.delete(oldest);
      break;
    }
  return start;
}
