import { decodeProtobuf } from '../../otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../otlp/wire/encode-protobuf.ts';
import type { Message } from '../../otlp/wire/message.ts';
import { REQUEST } from '../../otlp/wire/messages.ts';
import { toBuffer } from '../../to-buffer.ts';
import type { Surroundings } from '../../viewer/store/record/split-request.ts';
import type { Intake } from '../store-reader.ts';

const RESOURCE_LOGS = REQUEST.logs.byNumber[1]?.type as Message;

/** By these the stack's collector has VictoriaLogs part events into streams. */
const STREAM_FIELDS = ['event_name', 'service_name'];

interface Attribute {
  readonly key: string;
  readonly value: unknown;
}

/**
 * What surrounds records on their way to VictoriaLogs: with the name of the service under the name by which the stack's
 * collector makes streams. A record that has a field of that name itself ends the process of VictoriaLogs 1.52 (its issue
 * 1603): that one is not sent here, only through a collector that gives the field another name.
 */
export function inStreams(): NonNullable<Intake['prepare']> {
  const prepared = new WeakMap<Surroundings, Surroundings>();
  return (around, record) => {
    const own = toBuffer(record);
    if (STREAM_FIELDS.some((name) => own.includes(name))) return undefined;
    const known = prepared.get(around);
    if (known !== undefined) return known;
    const named = { ...around, resource: withServiceName(around.resource) };
    prepared.set(around, named);
    return named;
  };
}

function withServiceName(bytes: Uint8Array): Uint8Array {
  const { resource = {}, ...rest } = decodeProtobuf(RESOURCE_LOGS, bytes) as {
    readonly resource?: { readonly attributes?: readonly Attribute[] };
  };
  const { attributes = [] } = resource;
  const service = attributes.find(({ key }) => key === 'service.name');
  const others = attributes.filter(({ key }) => !STREAM_FIELDS.includes(key));
  const named = service === undefined ? others : [...others, { key: 'service_name', value: service.value }];
  return encodeProtobuf(RESOURCE_LOGS, { ...rest, resource: { ...resource, attributes: named } } as never);
}
