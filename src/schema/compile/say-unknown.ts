import { nearestName } from '../../nearest-name.ts';
import { stepTo } from '../../step-to.ts';
import { isKnownKeyword } from '../document/check-keyword.ts';
import type { SchemaDocument } from '../document/schema-document.ts';
import { KEYWORDS } from '../drafts/schema-keywords.ts';

/** What is said once is remembered, up to this many. */
const MAX_SAID = 100;
const said = new Set<string>();

/**
 * Says once what nobody knows: a format lets everything pass, and a keyword limits nothing, as JSON Schema has it, since
 * other tools have words of their own. Either may be a misspelling.
 * @param formats - those that are known
 */
export function sayUnknown({ nodes, source, draft }: SchemaDocument, formats: ReadonlySet<string>): void {
  const keywords = [...KEYWORDS[draft]];
  for (const { schema, pointer } of nodes.values()) {
    if (typeof schema === 'boolean') continue;
    if (schema.format !== undefined && !formats.has(String(schema.format))) {
      const at = `${source} at ${stepTo(pointer, 'format')}`;
      sayOnce(at, 'format', String(schema.format), 'any text has it', [...formats]);
    }
    for (const keyword of Object.keys(schema)) {
      if (isKnownKeyword(keyword, draft)) continue;
      sayOnce(`${source} at ${pointer || '/'}`, 'keyword', keyword, 'it is passed over', keywords);
    }
  }
}

function sayOnce(at: string, what: string, given: string, then: string, known: readonly string[]): void {
  const name = given.slice(0, 100);
  if (said.has(`${what} ${name}`) || said.size >= MAX_SAID) return;
  said.add(`${what} ${name}`);
  const near = nearestName(name, known);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  process.emitWarning(`${at}: the ${what} ${name} is not known, ${then}${hint}`, 'otel-events');
}
