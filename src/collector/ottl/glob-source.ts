import { escapeRegExp } from '../../escape-reg-exp.ts';
import { StatementFailure } from './failure.ts';

/** The parts of a glob: an escape, a class, a brace, a star or a character. */
const PART = /\\([\s\S])|\[(!?)((?:\\[\s\S]|[^\]\\])+)\]|(\*+)|[\s\S]/g;

/**
 * A glob as a regular expression for the whole of a text: `*` is any text, `?` a character, `[a-z]` and `[!a-z]` one
 * of several, `{a,b}` one of several texts, a backslash takes any of these for what it is.
 * @throws StatementFailure for a brace or bracket without its other half
 */
export function globSource(glob: string): string {
  let depth = 0;
  const source = glob.replace(PART, (part, escaped, not, inside, stars) => {
    if (escaped !== undefined) return escapeRegExp(escaped);
    if (inside !== undefined) return `[${not === '!' ? '^' : ''}${inside.replace(/[\^[]/g, '\\$&')}]`;
    if (stars !== undefined) return '.*';
    if (part === '?') return '.';
    if (part === '{') depth++;
    if (part === '}') depth--;
    if (depth < 0 || part === '[' || part === '\\')
      throw new StatementFailure('a bracket of the glob has no other half');
    if (part === '{') return '(?:';
    if (part === '}') return ')';
    return part === ',' && depth > 0 ? '|' : escapeRegExp(part);
  });
  if (depth > 0) throw new StatementFailure('a brace of the glob has no other half');
  return `^(?s:${source})$`;
}
