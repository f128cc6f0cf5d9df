import { encodeWith } from '../event/encode-with.ts';
import type { ValueCopier } from '../values/value-copier.ts';
import type { ValueWriter } from '../values/value-writer.ts';
import { writeMap } from '../values/write-map.ts';
import { FieldReader } from './field-reader.ts';

/** The part of an SDK's `Resource` that travels. */
export interface ReadableResource {
  readonly attributes: object;
  readonly schemaUrl?: string | undefined;
}

/** The part of an SDK's `InstrumentationScope` that travels. */
export interface ReadableScope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
  readonly attributes?: object | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** What surrounds the records of one resource and scope, encoded once. */
export interface Envelope {
  /** The fields of `ResourceLogs` or `ResourceSpans` beside the scope's: `resource` and `schema_url`. */
  readonly resource: Uint8Array;
  /** The fields of `ScopeLogs` or `ScopeSpans` beside the records: `scope` and `schema_url`. */
  readonly scope: Uint8Array;
}

/** Logs and traces have the same numbers here. @see opentelemetry-proto, logs.proto and trace.proto */
const RESOURCE_ITEMS = 0x0a;
const SCOPE_ITEMS = 0x12;
const DESCRIPTION = 0x0a;
const SCHEMA_URL = 0x1a;
const RESOURCE_ATTRIBUTES = 0x0a;
const SCOPE = { name: 0x0a, version: 0x12, attributes: 0x1a, droppedAttributesCount: 0x20 };

/** Which of them takes less than 128 bytes. */
const WIDTH = 1;

const RESOURCE_ENCODING = { write: writeResource, copy: copyResource };
const SCOPE_ENCODING = { write: writeScope, copy: copyScope };

/**
 * Encodes what the records of one resource and scope have in common; the result may be kept. Never throws: what
 * cannot be read is left out.
 */
export function encodeEnvelope(resource: ReadableResource, scope: ReadableScope): Envelope {
  return {
    resource: encodeWith(RESOURCE_ENCODING, resource, Number.POSITIVE_INFINITY).slice(),
    scope: encodeWith(SCOPE_ENCODING, scope, Number.POSITIVE_INFINITY).slice(),
  };
}

/**
 * What stands before the fields of a request: a whole `ExportLogsServiceRequest` or
 * `ExportTraceServiceRequest` is these bytes and then the fields. Requests may be concatenated in turn.
 * @param fieldBytes - how many bytes of fields follow
 */
export function requestHead({ resource, scope }: Envelope, fieldBytes: number): Uint8Array {
  const scopeItems = scope.length + fieldBytes;
  const scopeHead = [SCOPE_ITEMS, ...varint(scopeItems)];
  const resourceItems = resource.length + scopeHead.length + scopeItems;
  return Buffer.concat([
    Uint8Array.of(RESOURCE_ITEMS, ...varint(resourceItems)),
    resource,
    Uint8Array.from(scopeHead),
    scope,
  ]);
}

/** One export request with the given fields, as `encodeEvent`, `encodeRecord` or `encodeSpan` made them. */
export function toRequest(envelope: Envelope, fields: readonly Uint8Array[]): Uint8Array {
  const fieldBytes = fields.reduce((sum, field) => sum + field.length, 0);
  return Buffer.concat([requestHead(envelope, fieldBytes), ...fields]);
}

function writeResource(writer: ValueWriter, { attributes, schemaUrl }: ReadableResource): void {
  const { out } = writer;
  writer.nonFiniteAsText = false;
  const start = out.open(DESCRIPTION, WIDTH);
  writeMap(writer, RESOURCE_ATTRIBUTES, attributes);
  out.close(start, WIDTH);
  if (schemaUrl) out.string(SCHEMA_URL, schemaUrl);
}

function copyResource(copier: ValueCopier, resource: ReadableResource): ReadableResource {
  const reader = new FieldReader(copier);
  return {
    schemaUrl: reader.text(() => resource.schemaUrl),
    attributes: reader.map(() => resource.attributes),
  };
}

function writeScope(writer: ValueWriter, scope: ReadableScope): void {
  const { out } = writer;
  const { droppedAttributesCount = 0 } = scope;
  writer.nonFiniteAsText = false;
  const start = out.open(DESCRIPTION, WIDTH);
  out.string(SCOPE.name, scope.name);
  if (scope.version) out.string(SCOPE.version, scope.version);
  writeMap(writer, SCOPE.attributes, scope.attributes);
  if (droppedAttributesCount > 0) out.int(SCOPE.droppedAttributesCount, droppedAttributesCount);
  out.close(start, WIDTH);
  if (scope.schemaUrl) out.string(SCHEMA_URL, scope.schemaUrl);
}

function copyScope(copier: ValueCopier, scope: ReadableScope): ReadableScope {
  const reader = new FieldReader(copier);
  return {
    name: reader.text(() => scope.name) ?? '',
    version: reader.text(() => scope.version),
    schemaUrl: reader.text(() => scope.schemaUrl),
    attributes: reader.map(() => scope.attributes),
    droppedAttributesCount: reader.number(() => scope.droppedAttributesCount),
  };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
