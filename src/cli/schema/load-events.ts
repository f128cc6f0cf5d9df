import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { OtelEventsError } from '../../errors.ts';
import type { DefinedEvent } from '../../schema/define/defined-event.ts';
import { isDefinedEvent } from '../../schema/define/is-defined-event.ts';
import type { JsonSchema } from '../../schema/drafts/json-schema.ts';
import { type Checked, toChecked } from '../../schema/find-checked.ts';
import type { EventEntry } from '../../schema/publish/event-entry.ts';
import { readSchemaText } from '../../schema/read/read-schema-text.ts';
import type { RegisteredSchema } from '../../schema/registered-schema.ts';
import { SchemaRegistry } from '../../schema/registry.ts';

/** What a file gives: a schema, or the events that a module exports. */
export interface LoadedFile {
  readonly file: string;
  /** As it is written; empty for a module. */
  readonly text: string;
  readonly checked: readonly Checked[];
}

/** All that the files of a command tell. */
export interface LoadedEvents {
  readonly files: readonly LoadedFile[];
  readonly checked: readonly Checked[];
  /** Those of which a JSON Schema is known. */
  readonly entries: readonly EventEntry[];
  /** Defined events whose library cannot tell it, by name. */
  readonly untold: readonly string[];
  /** Schemas that are there to be referred to. */
  readonly others: readonly JsonSchema[];
}

const MODULE = /\.[cm]?[jt]s$/;

/**
 * Reads schema files (JSON or YAML; tracking plans too) and modules (`.ts`, `.js`) that export defined events.
 * @param references - schema files that are no events
 * @throws OtelEventsError `CONFIG_FILE_INVALID` for a file that is neither, or a module that does not run
 * @throws OtelEventsError `SCHEMA_INVALID`, `SCHEMA_DUPLICATE`
 * @throws what the file system throws
 */
export async function loadEvents(
  files: readonly string[],
  references: readonly string[] = [],
): Promise<LoadedEvents> {
  const registry = new SchemaRegistry();
  const others = references.flatMap((file) => readFile(registry, file).schemas.map(({ json }) => json));
  const loaded: LoadedFile[] = [];
  const entries: EventEntry[] = [];
  const untold: string[] = [];
  for (const file of files) {
    if (!MODULE.test(file)) {
      const { schemas, text } = readFile(registry, file);
      loaded.push({ file, text, checked: schemas.map(toChecked) });
      entries.push(...schemas.map(toEntry));
      continue;
    }
    const events = await importEvents(file);
    loaded.push({ file, text: '', checked: events.map((event) => checkedBy(registry, file, event)) });
    entries.push(...events.flatMap(entryOf));
    untold.push(...events.filter(({ jsonSchema }) => jsonSchema === undefined).map(({ name }) => name));
  }
  return { files: loaded, checked: loaded.flatMap(({ checked }) => checked), entries, untold, others };
}

/** The schemas of a file, which is a schema or a tracking plan. */
function readFile(
  registry: SchemaRegistry,
  file: string,
): { schemas: readonly RegisteredSchema[]; text: string } {
  const text = readFileSync(file, 'utf8');
  let json: JsonSchema;
  try {
    json = readSchemaText(text, file);
  } catch (cause) {
    if (!(cause instanceof OtelEventsError)) throw cause;
    throw new OtelEventsError('CONFIG_FILE_INVALID', cause.message, { cause });
  }
  return { schemas: registered(registry, file, json), text };
}

function registered(registry: SchemaRegistry, file: string, json: JsonSchema): readonly RegisteredSchema[] {
  try {
    return registry.registerAll(json);
  } catch (cause) {
    if (!(cause instanceof OtelEventsError)) throw cause;
    throw new OtelEventsError(cause.code, `${file}: ${cause.message}`, { cause });
  }
}

function toEntry({ name, id, version, json }: RegisteredSchema): EventEntry {
  const told = { description: undefined, category: undefined, severity: undefined };
  return { name, schemaId: id, version, ...told, json };
}

function entryOf(event: DefinedEvent): EventEntry[] {
  const { name, schemaId, version, description, category, severity, jsonSchema } = event;
  if (jsonSchema === undefined) return [];
  return [{ name, schemaId, version, description, category, severity, json: jsonSchema }];
}

function checkedBy(registry: SchemaRegistry, file: string, event: DefinedEvent): Checked {
  const { name, schemaId, version, versionNumber, jsonSchema } = event;
  const [schema] = jsonSchema === undefined ? [] : registered(registry, file, jsonSchema);
  const validate = event.isStandard || schema === undefined ? event : schema;
  return { name, schemaId, version, versionNumber, validate: (data) => validate.validate(data) };
}

async function importEvents(file: string): Promise<DefinedEvent[]> {
  // An error of its own, should it not be there: that of an import may be about another file.
  readFileSync(file);
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(path.resolve(file)).href)) as Record<string, unknown>;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = message.split('\n', 1)[0] ?? '';
    const isTypeScript = code === 'ERR_UNKNOWN_FILE_EXTENSION';
    const details = isTypeScript
      ? { cause, fix: 'this Node does not run TypeScript: use 22.18 or newer' }
      : { cause };
    throw new OtelEventsError('CONFIG_FILE_INVALID', `${file}: cannot be imported: ${why}`, details);
  }
  const values = Object.values(exported).flatMap((value) => (Array.isArray(value) ? value : [value]));
  const events = [...new Set(values)].filter(isDefinedEvent);
  if (events.length > 0) return events;
  const fix = 'export what defineEvent returns';
  throw new OtelEventsError('SCHEMA_INVALID', `${file}: exports no defined events`, { fix });
}
