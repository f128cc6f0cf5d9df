import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A source file and what it imports. */
export interface Source {
  /** Path below the directory, with `/`. */
  readonly file: string;
  readonly text: string;
  /** Imported files, as paths below the directory. */
  readonly imports: readonly string[];
}

/** The TypeScript files below a directory. */
export function sourcesIn(directory: string): Source[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => file.replaceAll(path.sep, '/'))
    .map((file) => {
      const text = readFileSync(path.join(directory, file), 'utf8');
      return { file, text, imports: relativeImports(file, text) };
    });
}

/** The room of a file: the first folder of its path, empty for a file of the root. */
export function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : '';
}

/** The folder of a file inside its room; empty for a file beside the folders. */
export function folderOf(file: string): string {
  const parts = file.split('/');
  return parts.length > 2 ? (parts[1] ?? '') : '';
}

function relativeImports(file: string, text: string): string[] {
  const pattern = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;
  return [...text.matchAll(pattern)].map(([, target = '']) =>
    path.posix.normalize(path.posix.join(path.posix.dirname(file), target)),
  );
}
