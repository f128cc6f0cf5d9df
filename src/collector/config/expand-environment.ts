import { closeSync, openSync, readSync } from 'node:fs';

/** A scalar after expansion. */
export interface Expanded {
  readonly text: string;
  /** The scalar was one variable and nothing else: what it held is read as YAML again, so that numbers are numbers. */
  readonly whole: boolean;
  /** Something in it was expanded to nothing. */
  readonly hasGap: boolean;
}

/** The variables to expand with; `onUnset` is told about each one that is neither set nor has a default. */
export interface Variables {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly onUnset: (name: string) => void;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/;
const MAX_DEPTH = 10;
const MAX_FILE_BYTES = 256 * 1024;

/**
 * Expands `${env:NAME}`, `${env:NAME:-default}`, `${NAME}`, `${file:PATH}` and `${yaml:TEXT}` as the OpenTelemetry Collector does; `$$` is a
 * `$` that expands nothing, and a variable that is not set is empty. Only what the file says is expanded,
 * never what a variable or another file holds.
 * @throws Error with a message for the reader; it never holds what a variable holds
 */
export function expandEnvironment(text: string, variables: Variables, depth = 0): Expanded {
  if (depth > MAX_DEPTH) throw new Error('variables nested too deeply');
  const braces = closingBraces(text);
  let out = '';
  let at = 0;
  let whole = false;
  let hasGap = false;
  for (;;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return { text: out + text.slice(at), whole, hasGap };
    out += text.slice(at, dollar);
    const end = braces.get(dollar);
    if (end !== undefined) {
      const reference = expandEnvironment(text.slice(dollar + 2, end), variables, depth + 1).text;
      const value = resolve(reference, variables);
      out += value;
      hasGap ||= value === '';
      whole = dollar === 0 && end === text.length - 1;
      at = end + 1;
    } else {
      out += '$';
      at = dollar + (text[dollar + 1] === '$' ? 2 : 1);
    }
  }
}

/** For each `${` the place of the `}` that closes it, if there is one; all of them in one pass. */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: found, index } of text.matchAll(/\$\{|\}/g)) {
    if (found === '${') open.push(index);
    else {
      const opening = open.pop();
      if (opening !== undefined) closing.set(opening, index);
    }
  }
  return closing;
}

function resolve(reference: string, { values, onUnset }: Variables): string {
  const scheme = SCHEME.exec(reference)?.[1];
  if (scheme === 'yaml') return reference.slice('yaml:'.length);
  if (scheme === 'file') return readReferred(reference.slice('file:'.length));
  if (scheme !== undefined && scheme !== 'env' && !reference.startsWith(`${scheme}:-`)) {
    throw new Error(
      `\${${scheme}:…} is known only to the OpenTelemetry Collector; here there are \${env:NAME}, \${file:PATH} and \${yaml:TEXT}`,
    );
  }
  const [name = '', ...rest] = reference.replace(/^env:/, '').split(':-');
  if (!NAME.test(name)) throw new Error('not the name of an environment variable: letters, digits and _ are');
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return value;
  if (rest.length === 0) onUnset(name);
  return rest.join(':-');
}

/** What a file holds, without the line break at its end. */
function readReferred(file: string): string {
  try {
    return readBounded(file).replace(/\r?\n$/, '');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Error(`cannot read the file ${file}: ${code ?? message}`, { cause });
  }
}

/** A device has no size, and may have no end. */
function readBounded(file: string): string {
  const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (length > MAX_FILE_BYTES) throw new Error(`longer than ${MAX_FILE_BYTES} bytes`);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
