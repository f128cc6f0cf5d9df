/** A scalar after expansion. */
export interface Expanded {
  readonly text: string;
  /** The scalar was one variable and nothing else: what it held is read as YAML again, so that numbers are numbers. */
  readonly whole: boolean;
}

/** The variables to expand with; `onUnset` is told about each one that is neither set nor has a default. */
export interface Variables {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly onUnset: (name: string) => void;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/;
const MAX_DEPTH = 10;

/**
 * Expands `${env:NAME}`, `${env:NAME:-default}` and `${NAME}` as the OpenTelemetry Collector does; `$$` is a
 * `$` that expands nothing, and a variable that is not set is empty. Only what the file says is expanded,
 * never what a variable holds.
 * @throws Error with a message for the reader; it never holds what a variable holds
 */
export function expandEnvironment(text: string, variables: Variables, depth = 0): Expanded {
  if (depth > MAX_DEPTH) throw new Error('variables nested too deeply');
  let out = '';
  let at = 0;
  let whole = false;
  for (;;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return { text: out + text.slice(at), whole };
    out += text.slice(at, dollar);
    const end = text[dollar + 1] === '{' ? closingBrace(text, dollar + 2) : -1;
    if (end >= 0) {
      const reference = expandEnvironment(text.slice(dollar + 2, end), variables, depth + 1).text;
      out += resolve(reference, variables);
      whole = dollar === 0 && end === text.length - 1;
      at = end + 1;
    } else {
      out += '$';
      at = dollar + (text[dollar + 1] === '$' ? 2 : 1);
    }
  }
}

/** The place of the `}` that closes the `${` before `from`; -1 if there is none. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '$' && text[at + 1] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

function resolve(reference: string, { values, onUnset }: Variables): string {
  const scheme = SCHEME.exec(reference)?.[1];
  if (scheme !== undefined && scheme !== 'env' && !reference.startsWith(`${scheme}:-`)) {
    throw new Error(
      `\${${scheme}:…} is known only to the OpenTelemetry Collector; here there is \${env:NAME}`,
    );
  }
  const [name = '', ...rest] = reference.replace(/^env:/, '').split(':-');
  if (!NAME.test(name)) throw new Error('not the name of an environment variable: letters, digits and _ are');
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return value;
  if (rest.length === 0) onUnset(name);
  return rest.join(':-');
}
