/** A path that values are looked for at: names, `*` for any one name or place, `**` for any number of them. */
export type PathPattern = readonly string[];

/** So many patterns may be left without a look at whether some are equal. */
const MAX_LEFT = 100;

/** `/user/email`, `user.email`, `*.password`, `items[*].card`, `items[0]`, `**.token`. */
export function parsePath(text: string): PathPattern {
  if (text.startsWith('/')) {
    // A star in a pointer is a name like any other.
    return text
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
      .map((step) => (step === '*' || step === '**' ? `\\${step}` : step));
  }
  return text
    .replaceAll(/\[(\*|\d+)\]/g, '.$1')
    .replace(/^\./, '')
    .split('.');
}

/** What is left of each pattern one step further down; a pattern without steps has arrived. */
export function stepInto(patterns: readonly PathPattern[], key: string): readonly PathPattern[] {
  if (patterns.length === 0) return patterns;
  const next: PathPattern[] = [];
  for (const pattern of patterns) stepOne(pattern, key, next);
  return next.length > MAX_LEFT ? withoutEqual(next) : next;
}

/** Several `**` come to the same place in many ways. */
function withoutEqual(patterns: readonly PathPattern[]): readonly PathPattern[] {
  return [...new Map(patterns.map((pattern) => [pattern.join('\0'), pattern])).values()];
}

function stepOne(pattern: PathPattern, key: string, next: PathPattern[]): void {
  const [head] = pattern;
  if (head === undefined) return;
  if (head === '**') {
    next.push(pattern);
    stepOne(pattern.slice(1), key, next);
  } else if (head === '*' || head === key || (head.startsWith('\\*') && head.slice(1) === key)) {
    next.push(pattern.slice(1));
  }
}
