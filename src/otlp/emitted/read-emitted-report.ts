import { OtelEventsError } from '../../errors.ts';
import type { OtlpObject, OtlpValue } from '../wire/decode-protobuf.ts';
import { OtlpRequest } from '../wire/otlp-request.ts';
import { ATTRIBUTE, type EmittedCell, type EmittedReport, MAX_CELLS, METRIC } from './emitted-report.ts';

const MINUTE_NS = 60_000_000_000n;

/** The longest text of a report: names, reasons, ids. */
const MAX_TEXT = 1024;

interface Cell extends EmittedCell {
  emitted: number;
  readonly lost: Map<string, number>;
}

/**
 * Reads a report from outside, and checks all of it.
 * @throws OtelEventsError `OTLP_INVALID`
 */
export function readEmittedReport(encoding: 'protobuf' | 'json', bytes: Uint8Array): EmittedReport {
  const { resourceMetrics } = OtlpRequest.read('metrics', encoding, bytes).decoded();
  const [of, ...others] = listOf(resourceMetrics);
  const [inScope, ...more] = listOf(of?.scopeMetrics);
  if (of === undefined || inScope === undefined || others.length + more.length > 0)
    throw invalid('one resource with one scope');
  const about = attributesOf(inScope.scope);
  const sequence = Number(about.get(ATTRIBUTE.sequence));
  const logger = textOf(about, ATTRIBUTE.logger);
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw invalid(`${ATTRIBUTE.sequence} from 1`);
  if (logger === '') throw invalid(ATTRIBUTE.logger);
  const metrics = new Map(listOf(inScope.metrics).map((metric) => [metric.name, metric]));
  return {
    service: textOf(attributesOf(of.resource), ATTRIBUTE.service),
    logger,
    sequence,
    isLast: about.get(ATTRIBUTE.isLast) === true,
    cells: cellsOf(pointsOf(metrics.get(METRIC.emitted)?.sum)),
    underWay: new Map(
      pointsOf(metrics.get(METRIC.underWay)?.gauge).map((point) => [
        textOf(attributesOf(point), ATTRIBUTE.name),
        countOf(point),
      ]),
    ),
  };
}

function cellsOf(points: readonly OtlpObject[]): EmittedCell[] {
  const cells = new Map<string, Cell>();
  for (const point of points) {
    const attributes = attributesOf(point);
    const name = textOf(attributes, ATTRIBUTE.name);
    const outcome = textOf(attributes, ATTRIBUTE.outcome);
    const minute = Number(BigInt((point.startTimeUnixNano as string | undefined) ?? 0) / MINUTE_NS);
    const key = `${minute} ${name}`;
    const cell = cells.get(key) ?? { name, minute, emitted: 0, lost: new Map<string, number>() };
    cells.set(key, cell);
    const count = countOf(point);
    cell.emitted += count;
    if (outcome !== '') cell.lost.set(outcome, (cell.lost.get(outcome) ?? 0) + count);
  }
  return [...cells.values()];
}

/** A reason more or less for each of the cells. */
const MAX_POINTS = 2 * MAX_CELLS;

function pointsOf(holder: OtlpValue | undefined): readonly OtlpObject[] {
  const points = listOf((holder as OtlpObject | undefined)?.dataPoints);
  if (points.length > MAX_POINTS) throw invalid(`at most ${MAX_POINTS} points`);
  return points;
}

function countOf({ asInt }: OtlpObject): number {
  const count = Number(asInt);
  if (!Number.isSafeInteger(count) || count < 0) throw invalid('counts that are whole numbers');
  return count;
}

function listOf(value: OtlpValue | undefined): readonly OtlpObject[] {
  return (value ?? []) as readonly OtlpObject[];
}

/** Texts, whole numbers and flags. */
function attributesOf(holder: OtlpValue | undefined): ReadonlyMap<unknown, unknown> {
  return new Map(
    listOf((holder as OtlpObject | undefined)?.attributes).map(({ key, value }) => {
      const { stringValue, intValue, boolValue } = (value ?? {}) as OtlpObject;
      return [key, stringValue ?? intValue ?? boolValue];
    }),
  );
}

function textOf(attributes: ReadonlyMap<unknown, unknown>, key: string): string {
  const value = attributes.get(key) ?? '';
  if (typeof value !== 'string' || value.length > MAX_TEXT)
    throw invalid(`${key} as a text of at most ${MAX_TEXT} letters`);
  return value;
}

function invalid(wanted: string): OtelEventsError {
  return new OtelEventsError('OTLP_INVALID', `a report of what was emitted: wanted ${wanted}`);
}
