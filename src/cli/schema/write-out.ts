import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../make-directory.ts';
import { Output } from '../output/output.ts';

/** Writes what a tool made to a file, whose directory is made if missing, or to standard output. */
export async function writeOut(text: string, file: string | undefined): Promise<void> {
  if (file !== undefined) {
    makeDirectory(path.dirname(path.resolve(file)));
    writeFileSync(file, text);
    return;
  }
  const output = new Output();
  await output.document(text.replace(/\n$/, ''));
  await output.flush();
}
