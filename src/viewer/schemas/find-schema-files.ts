import { type Dirent, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** A schema file as it lies in its directory. */
export interface SchemaFile {
  /** From the directory on, with `/`. */
  readonly name: string;
  /** Something that is another one when the file has changed. */
  readonly stamp: string;
}

/** What a directory has of schema files. */
export interface SchemaFiles {
  /** In order of their names. */
  readonly files: readonly SchemaFile[];
  /** Whether there are more than are looked at. */
  readonly isCut: boolean;
}

/** More are no schemas of one project. */
const MAX_FILES = 1_000;
const MAX_DEPTH = 10;

const SCHEMA_FILE = /\.(?:json|ya?ml)$/i;

/**
 * The JSON and YAML files of a directory and those in it; hidden ones and `node_modules` are passed over.
 * @throws what the file system throws for the directory itself
 */
export function findSchemaFiles(directory: string): SchemaFiles {
  const files: SchemaFile[] = [];
  const visit = (at: string, entries: readonly Dirent[], depth: number): void => {
    for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length > MAX_FILES) return;
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const name = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) visit(name, entriesIn(path.join(directory, name)), depth + 1);
      } else if (SCHEMA_FILE.test(entry.name)) {
        const stamp = stampOf(path.join(directory, name));
        if (stamp !== undefined) files.push({ name, stamp });
      }
    }
  };
  visit('', readdirSync(directory, { withFileTypes: true }), 0);
  return { files: files.slice(0, MAX_FILES), isCut: files.length > MAX_FILES };
}

/** A folder that went, or that nobody may read, has no schemas. */
function entriesIn(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat?.isFile() ? `${stat.mtimeNs} ${stat.size} ${stat.ino}` : undefined;
}
