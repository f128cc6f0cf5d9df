import { stepTo } from '../../step-to.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { type Draft, type Holds, SCHEMA_KEYWORDS } from '../drafts/schema-keywords.ts';
import { draftNameOf } from '../drafts/to-known-draft.ts';
import { checkCompilable } from './check-compilable.ts';
import { checkKeyword } from './check-keyword.ts';
import { type SchemaDocument, type SchemaNode, schemaInvalid, toUri } from './schema-document.ts';

/** Deeper than any schema that a person can read. */
const MAX_SCHEMA_DEPTH = 100;

/** Compiling takes about a tenth of a millisecond for each. */
const MAX_SCHEMAS = 10_000;

/** What an `$id` has to be. */
export const SCHEMA_ID = 'a URI without a fragment and without spaces';

/** Whether a schema can be known by it. */
export function isSchemaId(id: string): boolean {
  const uri = toUri(id);
  return uri !== undefined && !uri.includes('#') && URI_TEXT.test(id);
}

/** What a URI is made of. @see RFC 3986, section 2 */
const URI_TEXT = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;

const DRAFTS: ReadonlyMap<string, Draft> = new Map([
  ['json-schema.org/draft-07/schema', 'draft-07'],
  ['json-schema.org/draft/2020-12/schema', '2020-12'],
]);

/**
 * Finds every schema in a document, and refuses what the registry does not take: keywords that limit
 * something in another draft only, names that start with `__`, a missing `$id` or `version`.
 * @throws OtelEventsError `SCHEMA_INVALID`
 */
export function readDocument(json: JsonSchema, givenAs: string): SchemaDocument {
  checkDepth(json, givenAs);
  const { $id: id } = json;
  if (typeof id !== 'string' || id === '') {
    throw schemaInvalid(givenAs, '', '$id is missing; wanted text such as https://example.com/events/order');
  }
  const source = givenAs === 'schema' ? `schema ${id.slice(0, 300)}` : givenAs;
  const uri = toUri(id);
  if (uri === undefined || !isSchemaId(id)) {
    throw schemaInvalid(source, '/$id', `wanted ${SCHEMA_ID}`);
  }
  const nodes = new Map<string, SchemaNode>();
  const named = new Map<string, SchemaNode>();
  const version = versionOf(json, source);
  const document: SchemaDocument = {
    id,
    version,
    draft: draftOf(json, source),
    json,
    source,
    uri,
    nodes,
    named,
  };
  visit({ document, pointer: '', schema: json, base: uri }, nodes, named);
  checkCompilable(document);
  return document;
}

function versionOf({ version }: JsonSchema, source: string): string {
  const fine = typeof version === 'number' || (typeof version === 'string' && version !== '');
  if (!fine) throw schemaInvalid(source, '/version', 'wanted a version, as a number or as text');
  return String(version);
}

function draftOf({ $schema }: JsonSchema, source: string): Draft {
  if ($schema === undefined) return 'draft-07';
  const draft = DRAFTS.get(draftNameOf($schema));
  if (draft !== undefined) return draft;
  throw schemaInvalid(source, '/$schema', 'this draft of JSON Schema is not known', {
    fix: 'use https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#',
  });
}

/** Freezes it as well. Without recursion: it runs before anything is known of the depth. */
function checkDepth(json: JsonSchema, source: string): void {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_SCHEMA_DEPTH) throw schemaInvalid(source, '', 'it is nested more than 100 levels deep');
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      // It is handed out as `json`, and compiled later.
      Object.freeze(value);
      for (const inner of Object.values(value)) if (typeof inner === 'object') next.push(inner);
    }
    level = next;
  }
}

function visit(node: SchemaNode, nodes: Map<string, SchemaNode>, named: Map<string, SchemaNode>): void {
  const { document, pointer, schema } = node;
  if (nodes.size >= MAX_SCHEMAS) {
    throw schemaInvalid(document.source, '', 'it holds more than 10,000 schemas');
  }
  if (typeof schema === 'boolean') {
    nodes.set(pointer, node);
    return;
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw schemaInvalid(document.source, pointer, 'wanted a schema: an object, true or false');
  }
  const own = { ...node, base: baseOf(node) };
  nodes.set(pointer, own);
  nameNode(own, node.base, named);
  for (const [keyword, value] of Object.entries(schema)) {
    checkKeyword(keyword, value, own);
    const holds = SCHEMA_KEYWORDS.get(keyword);
    if (holds === undefined) continue;
    for (const [path, inner] of held(value, holds, stepTo(pointer, keyword))) {
      visit({ document, pointer: path, schema: inner as JsonSchema, base: own.base }, nodes, named);
    }
  }
}

function baseOf({ schema, base, pointer, document }: SchemaNode): string {
  const { $id, $ref } = schema as JsonSchema;
  // In draft-07 whatever stands beside a `$ref` does not count.
  if (pointer === '' || typeof $id !== 'string' || (document.draft === 'draft-07' && $ref !== undefined)) {
    return base;
  }
  const uri = toUri($id, base);
  if (uri === undefined) throw schemaInvalid(document.source, stepTo(pointer, '$id'), 'wanted a URI');
  return uri.startsWith(`${base}#`) ? base : uri.replace(/#.*$/s, '');
}

function nameNode(node: SchemaNode, outerBase: string, named: Map<string, SchemaNode>): void {
  const { schema, pointer, base, document } = node;
  const { $id, $anchor, $ref } = schema as JsonSchema;
  const names: string[] = [];
  const counts = typeof $id === 'string' && !(document.draft === 'draft-07' && $ref !== undefined);
  if (pointer === '') names.push(base);
  else if (counts) names.push(toUri($id, outerBase) ?? base);
  if (typeof $anchor === 'string') names.push(`${base}#${$anchor}`);
  for (const name of names) {
    if (named.has(name))
      throw schemaInvalid(document.source, pointer, 'this name is taken by another schema in it');
    named.set(name, node);
  }
}

/** The schemas that a keyword's value holds, with their pointers. */
function held(value: unknown, holds: Holds, pointer: string): [string, unknown][] {
  if (holds === 'list' || (holds === 'schema or list' && Array.isArray(value))) {
    return Array.isArray(value) ? value.map((item, index) => [stepTo(pointer, index), item]) : [];
  }
  if (holds === 'schema' || holds === 'schema or list') return [[pointer, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([, item]) => !(holds === 'map of schemas or names' && Array.isArray(item)))
    .map(([name, item]) => [stepTo(pointer, name), item]);
}
