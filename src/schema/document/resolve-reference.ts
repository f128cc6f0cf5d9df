import { stepTo } from '../../step-to.ts';
import { type SchemaDocument, type SchemaNode, schemaInvalid, toUri } from './schema-document.ts';

/** The documents that references may lead to, by the absolute URIs they and their parts are named with. */
export type Named = ReadonlyMap<string, SchemaNode>;

/**
 * Where a `$ref` leads: into its own document, or into another one that is registered.
 * @throws OtelEventsError `SCHEMA_INVALID` that names the reference
 */
export function resolveReference(from: SchemaNode, named: Named): SchemaNode {
  const { document, base } = from;
  const reference = (from.schema as { readonly $ref?: unknown }).$ref;
  const target =
    typeof reference === 'string'
      ? (find(toUri(reference, base), document, named) ?? find(toUri(reference), document, named))
      : undefined;
  const at = stepTo(from.pointer, '$ref');
  const shown = String(reference).slice(0, 300);
  if (target === undefined) {
    throw schemaInvalid(document.source, at, `there is no schema ${shown}`, {
      fix: 'register the schema it means before the first event; its $id is what $ref names',
    });
  }
  if (target.document.draft !== document.draft) {
    throw schemaInvalid(
      document.source,
      at,
      `${shown} is a schema of another draft, ${target.document.draft}`,
      {
        fix: `give both the same $schema`,
      },
    );
  }
  return target;
}

function find(uri: string | undefined, own: SchemaDocument, named: Named): SchemaNode | undefined {
  if (uri === undefined) return undefined;
  const hash = uri.indexOf('#');
  const resource = hash < 0 ? uri : uri.slice(0, hash);
  const fragment = hash < 0 ? '' : uri.slice(hash + 1);
  const start = own.named.get(resource) ?? named.get(resource);
  if (start === undefined || fragment === '') return start;
  if (!fragment.startsWith('/')) return start.document.named.get(uri);
  try {
    return start.document.nodes.get(start.pointer + decodeURIComponent(fragment));
  } catch {
    // Not a percent-encoded text.
    return undefined;
  }
}
