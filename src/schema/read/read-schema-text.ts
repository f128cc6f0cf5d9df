import { isList } from '../../kind-of.ts';
import { requireBeside } from '../../require-beside.ts';
import { schemaInvalid } from '../document/schema-document.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';

/** The most a schema may take as JSON or YAML, in bytes. */
export const MAX_SCHEMA_BYTES = 1024 * 1024;

/** So often may the anchors of a YAML text be used, counted with what is in them. */
const MAX_ALIASES = 100;

/**
 * A schema as plain JSON of our own, whatever it was given as: an object, JSON text or YAML text.
 * @param source - how messages call it
 * @throws OtelEventsError `SCHEMA_INVALID`
 */
export function readSchemaText(given: unknown, source: string): JsonSchema {
  const json = typeof given === 'string' ? parse(given, source) : given;
  if (typeof json !== 'object' || json === null || isList(json)) {
    const why = 'wanted a schema as an object, or as JSON or YAML text of one';
    throw schemaInvalid(source, '', why, source === 'schema' ? hintFor(given) : {});
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(json);
  } catch (cause) {
    throw schemaInvalid(source, '', 'it cannot be written as JSON', {
      cause,
      fix: 'leave out cycles, bigints and getters that throw',
    });
  }
  checkSize(text ?? '', source);
  // A copy, so that a change of the caller's object does not change what is checked here.
  return JSON.parse(text ?? 'null') as JsonSchema;
}

/** What a text is that is no schema: most likely where one is. */
function hintFor(given: unknown): { readonly fix?: string } {
  if (typeof given !== 'string' || given.length > 4096) return {};
  if (/^https?:\/\/\S+$/i.test(given)) return { fix: 'this looks like a URL: registerSchemaUrl fetches it' };
  const isPath =
    /^[^\n]+\.(?:json|ya?ml)$/i.test(given) || /^(?:file:|\.{0,2}\/|[a-z]:\\)[^\n]*$/i.test(given);
  return isPath ? { fix: 'this looks like a path: registerSchemaFile reads it' } : {};
}

function parse(text: string, source: string): unknown {
  checkSize(text, source);
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML may start with a brace as well.
    }
  }
  return parseYaml(text, source);
}

function checkSize(text: string, source: string): void {
  if (Buffer.byteLength(text) > MAX_SCHEMA_BYTES) {
    throw schemaInvalid(source, '', 'it is larger than 1 MiB');
  }
}

function parseYaml(text: string, source: string): unknown {
  // Few schemas are YAML: only these load its parser.
  const { readYamlDocument } = requireBeside<typeof import('../../read-yaml-document.ts')>(
    import.meta,
    '../../read-yaml-document',
  );
  try {
    const { document, problems } = readYamlDocument(text);
    const problem = problems.find(({ isWarning }) => !isWarning);
    if (problem === undefined) return document.toJS({ maxAliasCount: MAX_ALIASES });
    throw new Error(`${problem.message} (offset ${problem.offset})`);
  } catch (cause) {
    const why = cause instanceof RangeError ? 'it is nested too deeply' : (cause as Error).message;
    throw schemaInvalid(source, '', `it is neither JSON nor YAML: ${why}`, { cause });
  }
}
