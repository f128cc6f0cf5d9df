import { OtelEventsError } from '../../errors.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { readDocument } from './read-document.ts';
import { resolveReference } from './resolve-reference.ts';
import type { SchemaNode } from './schema-document.ts';

/**
 * Finds where the `$ref` of a schema leads.
 * @throws OtelEventsError `SCHEMA_INVALID` if it leads nowhere: what stands there of personal data would be missed
 */
export type Follow = (from: JsonSchema) => SchemaNode;

/** Follows references in and between documents, as a registry of them does. */
export function followerOf(documents: readonly JsonSchema[]): Follow {
  const nodes = new Map<unknown, SchemaNode>();
  const named = new Map<string, SchemaNode>();
  for (const json of documents) {
    const document = readDocument(json, 'schema');
    for (const node of document.nodes.values()) nodes.set(node.schema, node);
    for (const [name, node] of document.named) named.set(name, node);
  }
  return (from) => {
    const node = nodes.get(from);
    if (node !== undefined) return resolveReference(node, named);
    const message = `a $ref where no schema stands: ${String(from.$ref).slice(0, 300)}`;
    throw new OtelEventsError('SCHEMA_INVALID', message);
  };
}
