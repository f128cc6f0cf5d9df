import { parseRandomness, parseThreshold, randomnessText, thresholdText } from './sampling-threshold.ts';

/** What says how an item was sampled before, and is to say how it was sampled here. */
export interface SamplingState {
  /** Undefined: the id of the trace has to do. */
  randomness: bigint | undefined;
  /** Undefined: it was not sampled before. */
  threshold: bigint | undefined;
}

/** The trace state of a span, with what it says of sampling apart from the rest. */
export interface SamplingTraceState extends SamplingState {
  /** Other fields of the member `ot`, such as `p:1`. */
  readonly fields: readonly string[];
  /** Other members, such as `vendor=x`. */
  readonly members: readonly string[];
}

const MAX_LENGTH = 1024;
const MAX_MEMBERS = 32;
const MAX_OT_LENGTH = 256;
const MEMBER =
  /^(?:[a-z][a-z0-9\-*/_]{0,255}|[a-z0-9][a-z0-9\-*/_]{0,240}@[a-z][a-z0-9\-*/_]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const FIELD = /^([a-z][a-z0-9]*):([A-Za-z0-9._-]*)$/;

/** @returns undefined for one that is malformed. @see W3C Trace Context, and OpenTelemetry's "TraceState Handling" */
export function parseTraceState(text: string): SamplingTraceState | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const members = text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  if (members.length > MAX_MEMBERS || members.some((member) => !MEMBER.test(member))) return undefined;
  const own = members.findLast((member) => member.startsWith('ot='))?.slice(3);
  const others = members.filter((member) => !member.startsWith('ot='));
  if (own === undefined) return { randomness: undefined, threshold: undefined, fields: [], members: others };
  const fields = own.split(';');
  if (own.length > MAX_OT_LENGTH || fields.some((field) => !FIELD.test(field))) return undefined;
  const fieldOf = (key: string): string | undefined =>
    fields.findLast((field) => field.startsWith(`${key}:`))?.slice(3);
  const [rv, th] = [fieldOf('rv'), fieldOf('th')];
  const randomness = rv === undefined ? undefined : parseRandomness(rv);
  const threshold = th === undefined ? undefined : parseThreshold(th);
  if ((rv !== undefined && randomness === undefined) || (th !== undefined && threshold === undefined))
    return undefined;
  return {
    randomness,
    threshold,
    fields: fields.filter((field) => !/^(?:rv|th):/.test(field)),
    members: others,
  };
}

export function traceStateText({ randomness, threshold, fields, members }: SamplingTraceState): string {
  const th = threshold === undefined ? '' : thresholdText(threshold);
  const own = [
    ...(randomness === undefined ? [] : [`rv:${randomnessText(randomness)}`]),
    ...(th === '' ? [] : [`th:${th}`]),
    ...fields,
  ].join(';');
  return [...(own === '' ? [] : [`ot=${own}`]), ...members].join(',');
}
