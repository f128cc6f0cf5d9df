import { gunzipSync } from 'node:zlib';
import { protobufSequenceNumbers } from './protobuf-sequence-numbers.ts';

/** A request's body as it came. */
export interface Body {
  readonly type: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

interface OtlpJson {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly attributes: readonly { readonly key: string; readonly value: OtlpJsonValue }[];
      }[];
    }[];
  }[];
}

interface OtlpJsonValue {
  readonly intValue?: number | string;
  readonly doubleValue?: number;
}

/** What posthog-node and segment send. */
interface BatchJson {
  readonly batch: readonly { readonly properties: { readonly seq?: unknown } }[];
}

/** Gives `take` the `seq` of every event in a body of any contender; the whole body is read, nothing is guessed. */
export function sequenceNumbers({ type, encoding, bytes }: Body, take: (seq: unknown) => void): void {
  const plain = encoding === 'gzip' ? gunzipSync(bytes) : bytes;
  if (type === 'application/x-protobuf') {
    protobufSequenceNumbers(plain, take);
    return;
  }
  const json = JSON.parse(plain.toString('utf8')) as OtlpJson | BatchJson;
  if ('batch' in json) for (const { properties } of json.batch) take(properties.seq);
  else fromOtlp(json, take);
}

function fromOtlp({ resourceLogs }: OtlpJson, take: (seq: unknown) => void): void {
  for (const { scopeLogs } of resourceLogs) {
    for (const { logRecords } of scopeLogs) {
      for (const { attributes } of logRecords) {
        const value = attributes.find(({ key }) => key === 'seq')?.value;
        take(Number(value?.intValue ?? value?.doubleValue));
      }
    }
  }
}
