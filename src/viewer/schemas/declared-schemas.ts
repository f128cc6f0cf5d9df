import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { OtelEventsError } from '../../errors.ts';
import { compareVersions } from '../../schema/document/compare-versions.ts';
import { followerOf } from '../../schema/document/follower-of.ts';
import { type Checked, toChecked } from '../../schema/find-checked.ts';
import { MAX_SCHEMA_BYTES } from '../../schema/read/read-schema-text.ts';
import type { RegisteredSchema } from '../../schema/registered-schema.ts';
import { SchemaRegistry } from '../../schema/registry.ts';
import { type DeclaredField, declaredFields } from './declared-fields.ts';
import { findSchemaFiles, type SchemaFile } from './find-schema-files.ts';

/** A schema of the directory. */
export interface DeclaredSchema {
  /** What its events are called. */
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly description: string | undefined;
  /** From the directory on. */
  readonly file: string;
  /** False of one that no data of an event fit: it is there to be referred to. */
  readonly isOfEvents: boolean;
  readonly fields: readonly DeclaredField[];
}

/** A file, or a schema in it, that could not be used. */
export interface SchemaProblem {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/** What a directory declares. */
export interface Declared {
  readonly directory: string;
  readonly files: number;
  readonly schemas: readonly DeclaredSchema[];
  /** The same, for checks of events. */
  readonly checked: readonly Checked[];
  readonly problems: readonly SchemaProblem[];
}

/**
 * The schema files of a directory, as the registry of a logger reads them. They are read when somebody asks, and again
 * when one of them has changed: what is wrong with a file is told with the others.
 */
export class DeclaredSchemas {
  readonly #directory: string;
  #stamp: string | undefined;
  #declared: Declared;

  constructor(directory: string) {
    this.#directory = path.resolve(directory);
    this.#declared = { directory: this.#directory, files: 0, schemas: [], checked: [], problems: [] };
  }

  read(): Declared {
    let found: ReturnType<typeof findSchemaFiles>;
    try {
      found = findSchemaFiles(this.#directory);
    } catch (error) {
      this.#stamp = undefined;
      const { code = 'ENOENT' } = error as NodeJS.ErrnoException;
      const message = code === 'ENOENT' ? 'the directory is not there' : 'the directory cannot be read';
      return this.#nothing({ file: '', code, message });
    }
    const stamp = JSON.stringify(found);
    if (stamp === this.#stamp) return this.#declared;
    this.#stamp = stamp;
    this.#declared = readAll(this.#directory, found.files);
    if (found.isCut) {
      const message = `there are more than ${found.files.length} schema files: the others are left out`;
      const problems = [...this.#declared.problems, { file: '', code: 'SCHEMA_INVALID', message }];
      this.#declared = { ...this.#declared, problems };
    }
    return this.#declared;
  }

  #nothing(problem: SchemaProblem): Declared {
    return { directory: this.#directory, files: 0, schemas: [], checked: [], problems: [problem] };
  }
}

function readAll(directory: string, files: readonly SchemaFile[]): Declared {
  const registry = new SchemaRegistry();
  const problems: SchemaProblem[] = [];
  const registered = files.flatMap(({ name }) =>
    tried(problems, name, () => {
      const own = registry.registerAll(textOf(path.join(directory, name)), name);
      return own.map((schema) => ({ file: name, schema }));
    }),
  );
  // What one of them refers to may stand in a file that comes later.
  const follow = followerOf(registered.map(({ schema }) => schema.json));
  const schemas = registered.flatMap(({ file, schema }) =>
    tried(problems, file, () => [
      { ...toDeclared(schema, file), fields: declaredFields(schema.json, follow) },
    ]),
  );
  schemas.sort((a, b) =>
    a.name === b.name ? compareVersions(a.version, b.version) : a.name < b.name ? -1 : 1,
  );
  const checked = registered.map(({ schema }) => toChecked(schema));
  return { directory, files: files.length, schemas, checked, problems };
}

/** Nothing, and a problem that is told, where a file is wrong. */
function tried<T>(problems: SchemaProblem[], file: string, read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OtelEventsError)) throw error;
    const { code, message } = error;
    problems.push({ file, code, message: message.startsWith(file) ? message : `${file}: ${message}` });
    return [];
  }
}

function textOf(file: string): string {
  try {
    if (statSync(file).size <= MAX_SCHEMA_BYTES) return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new OtelEventsError('SCHEMA_INVALID', `it cannot be read: ${code}`, { cause });
  }
  throw new OtelEventsError('SCHEMA_INVALID', 'it is larger than 1 MiB');
}

function toDeclared(
  { name, id, version, json }: RegisteredSchema,
  file: string,
): Omit<DeclaredSchema, 'fields'> {
  const { description, title, type = 'object' } = json;
  const told = typeof description === 'string' ? description : title;
  return {
    name,
    id,
    version,
    description: typeof told === 'string' ? told : undefined,
    file,
    isOfEvents: [type].flat().includes('object'),
  };
}
