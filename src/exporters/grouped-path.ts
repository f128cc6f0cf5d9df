import path from 'node:path';
import { absolute } from '../spool/disk/absolute.ts';

/** Of one name in a path, in bytes: 255 less what the name of a backup has beside it. */
const MAX_NAME_BYTES = 220;
/** Of a whole path. */
const MAX_PATH_BYTES = 4_000;

/** Where values of an attribute lead: a path with one `*`, in the place of which the value stands. */
export class GroupedPath {
  /** Absolute, and without a step upwards. */
  readonly #before: string;
  readonly #after: string;

  constructor(pattern: string) {
    const [before = '', after = ''] = pattern.split('*');
    // The name of a file may begin in front of the star: it is no directory then.
    const isDirectory = before.endsWith('/') || before.endsWith(path.sep);
    this.#before = `${withoutEnd(absolute(before))}${isDirectory ? path.sep : ''}`;
    this.#after = after;
  }

  /**
   * The file of a value. A value comes from whoever sends: wherever it tries to lead, its file begins with what is in
   * front of the star. Undefined if no file can have such a name.
   * @see the OpenTelemetry Collector's file exporter, `group_by`
   */
  fileOf(value: string): string | undefined {
    const segment = value.replace(/^\.{1,2}(?=\/)/, '');
    const plain = withoutEnd(path.normalize(`${this.#before}${segment}${this.#after}`));
    const file = plain.startsWith(this.#before)
      ? plain
      : withoutEnd(path.join(this.#before, path.join(path.sep, `${segment}${this.#after}`)));
    // The directory itself is no file.
    return file.startsWith(this.#before) && isNameable(file) ? file : undefined;
  }
}

/** Without a slash at its end. A backslash is one on Windows only: elsewhere it is part of a name. */
function withoutEnd(file: string): string {
  return file.endsWith(path.sep) ? file.slice(0, -path.sep.length) : file;
}

function isNameable(file: string): boolean {
  if (file.includes('\0') || Buffer.byteLength(file) > MAX_PATH_BYTES) return false;
  return file.split(path.sep).every((name) => Buffer.byteLength(name) <= MAX_NAME_BYTES);
}
