import { StatementError } from './statement-error.ts';

/** What a token is; a `sign` is any of the characters and pairs of characters that the grammar has. */
export type TokenKind = 'bytes' | 'float' | 'int' | 'string' | 'word' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As it stands there; of a string what it means. */
  readonly text: string;
  readonly at: number;
}

/** One of them, at the place where the last one ended. Each is linear in what it takes. */
const TOKEN =
  /(?<space>\s+)|(?<bytes>0x[a-fA-F0-9]+)|(?<float>(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?<int>\d+)|(?<string>"(?:\\[\s\S]|[^\\"])*")|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<sign>==|!=|>=|<=|=>|[-+*/<>=(){}[\]:,.])/y;

const ESCAPE =
  /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|[\s\S])/g;
const CONTROLS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};
const LAST_CHARACTER = 0x10ffff;

/** Longer than anybody writes. */
const MAX_LENGTH = 64 * 1024;

/** @throws StatementError */
export function tokenize(statement: string): Token[] {
  if (statement.length > MAX_LENGTH) throw new StatementError(statement, 0, 'too long for a statement');
  const tokens: Token[] = [];
  let at = 0;
  while (at < statement.length) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(statement)?.groups;
    const [kind, text] = Object.entries(groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    if (kind === undefined || text === undefined)
      throw new StatementError(statement, at, whyNone(statement, at));
    if (kind === 'string') tokens.push({ kind, text: unquote(statement, text, at), at });
    else if (kind !== 'space') tokens.push({ kind: kind as TokenKind, text, at });
    at += text.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function whyNone(statement: string, at: number): string {
  const character = statement[at] as string;
  if (character === '"') return 'a string that does not end; a " is missing behind it, or before';
  if (/['`\u2018-\u201F]/.test(character)) return 'strings stand in "double quotes"';
  if (character === '&') return 'OTTL writes and, not &&';
  if (character === '|') return 'OTTL writes or, not ||';
  if (character === '~') return 'OTTL writes IsMatch(value, "pattern") for a regular expression';
  if (character === '!' && statement[at + 1] !== '~') return 'OTTL writes not, or != between two values';
  if (character === '!') return 'OTTL writes not IsMatch(value, "pattern") for a regular expression';
  if (character === ';') return 'nothing stands behind a statement; each is an item of the list';
  return 'a character that OTTL does not know';
}

function unquote(statement: string, quoted: string, at: number): string {
  return quoted.slice(1, -1).replace(ESCAPE, (given, control, x, u, U, octal, offset: number) => {
    if (control !== undefined) return CONTROLS[control] as string;
    const code = octal === undefined ? Number.parseInt(x ?? u ?? U ?? 'none', 16) : Number.parseInt(octal, 8);
    if (code <= LAST_CHARACTER) return String.fromCodePoint(code);
    throw new StatementError(
      statement,
      at + 1 + offset,
      `${given} is no escape; for a backslash write \\\\, as in \\${given}`,
    );
  });
}
