import { createRequire } from 'node:module';
import type { Ajv, AnySchema, ErrorObject, ValidateFunction } from 'ajv';
import { addFormats } from './add-formats.ts';
import type { Draft } from './schema-keywords.ts';

export type { AnySchema, ErrorObject, ValidateFunction };

/** How a draft calls the schema that its schemas are checked against. */
const META: Readonly<Record<Draft, string>> = {
  'draft-07': 'http://json-schema.org/draft-07/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
};

/** What schemas of a draft are checked with. */
export interface MetaSchema {
  readonly check: ValidateFunction;
  /** The names that `format` may have. */
  readonly formats: ReadonlySet<string>;
}

/** Shared by all registries: they are the same for each. */
const metaSchemas = new Map<Draft, MetaSchema>();

/** The meta-schema of a draft; compiled at the first call. */
export function metaSchemaOf(draft: Draft): MetaSchema {
  let meta = metaSchemas.get(draft);
  if (meta === undefined) {
    const ajv = newAjv(draft);
    if (draft === 'draft-07') withoutUniqueEnum(ajv);
    const check = ajv.getSchema(META[draft]) as ValidateFunction;
    meta = { check, formats: new Set(Object.keys(ajv.formats)) };
    metaSchemas.set(draft, meta);
  }
  return meta;
}

/** Ajv compares each value of an `enum` with all others; `readDocument` does it with a set. */
function withoutUniqueEnum(ajv: Ajv): void {
  const name = META['draft-07'];
  const meta = ajv.schemas[name]?.schema as { readonly properties?: object } | undefined;
  ajv.removeSchema(name);
  const properties = { ...meta?.properties, enum: { type: 'array', items: true } };
  ajv.addMetaSchema({ ...meta, properties }, name);
}

/** A compiler of its own, in which formats count. It takes most of the time of a first use, so it comes late. */
export function newAjv(draft: Draft): Ajv {
  const require = createRequire(import.meta.url);
  const { default: Compiler } = require(draft === '2020-12' ? 'ajv/dist/2020.js' : 'ajv') as {
    default: new (options: ConstructorParameters<typeof Ajv>[0]) => Ajv;
  };
  const ajv = new Compiler({
    allErrors: true,
    // What is unknown is refused before a schema comes here, with better words.
    strict: false,
    logger: false,
    messages: false,
    ownProperties: true,
    validateSchema: false,
    // Smaller code takes longer to make than it saves.
    code: { optimize: false },
  });
  addFormats(ajv);
  setMultipleOf(ajv);
  return ajv;
}

/**
 * 19.99 / 0.01 is 1998.9999999999998: as near to a whole number as prices and measures come. A quotient that is no
 * number is none.
 */
function setMultipleOf(ajv: Ajv): void {
  const { _ } = createRequire(import.meta.url)('ajv') as typeof import('ajv');
  ajv.removeKeyword('multipleOf');
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    error: { message: 'multipleOf', params: ({ schemaCode }) => _`{multipleOf: ${schemaCode}}` },
    code(context) {
      const { gen, data, schemaCode } = context;
      const times = gen.const('times', _`${data} / ${schemaCode}`);
      const off = gen.const('off', _`Math.abs(Math.round(${times}) - ${times})`);
      context.pass(_`${off} <= Math.max(1e-9, 1e-15 * Math.abs(${times})) && isFinite(${times})`);
    },
  });
}
