/** How long a pattern may try, at worst: `factor * length ** degree` steps. */
export interface PatternCost {
  readonly degree: number;
  readonly factor: number;
}

/** The cost of a part of a pattern: `factor` ways to go on, of so many `steps` each. */
interface PartCost extends PatternCost {
  readonly steps: number;
}

const ONE: PartCost = { degree: 0, factor: 1, steps: 1 };
const ENDLESS: PartCost = { degree: Number.POSITIVE_INFINITY, factor: 1, steps: 1 };

/** With the flag `v`: what may stand for several characters, in more ways than one, and classes inside classes. */
const SETS = /\\[qpP]|\[(?:[^\]\\]|\\[\s\S])*\[/;

/** What belongs to an escape; without the flags `u` and `v` a brace behind it is none of it but a quantifier. */
const ESCAPE = /k<[\w$]*>|[1-9]\d*|[\s\S]/y;
const UNICODE_ESCAPE = /[pP]\{[^}]*\}|u\{[\da-fA-F]+\}|k<[^>]*>|[1-9]\d*|[\s\S]/y;

/**
 * An upper bound for the work of a regular expression that backtracks. What it cannot bound, such as a choice
 * inside a repetition, is endless: many such patterns are harmless, but they have to be watched.
 * @param flags - default `u`, as JSON Schema has it
 */
export function patternCost(source: string, flags = 'u'): PatternCost {
  if (flags.includes('v') && SETS.test(source)) return ENDLESS;
  const reader = new PatternReader(source, /[uv]/.test(flags) ? UNICODE_ESCAPE : ESCAPE);
  const { alternatives, cost } = reader.alternation();
  // Without an anchor it starts anew at each character, with `m` at each line.
  const anchored = source.startsWith('^') && alternatives === 1 && !flags.includes('m');
  return { degree: anchored ? cost.degree : cost.degree + 1, factor: cost.factor * cost.steps };
}

class PatternReader {
  readonly #source: string;
  readonly #escape: RegExp;
  #at = 0;

  constructor(source: string, escaped: RegExp) {
    this.#source = source;
    this.#escape = escaped;
  }

  /** Up to the end or the closing parenthesis. */
  alternation(): { alternatives: number; cost: PartCost } {
    let cost = this.#sequence();
    let alternatives = 1;
    while (this.#source[this.#at] === '|') {
      this.#at++;
      const next = this.#sequence();
      cost = {
        degree: Math.max(cost.degree, next.degree),
        factor: cost.factor + next.factor,
        steps: Math.max(cost.steps, next.steps),
      };
      alternatives++;
    }
    return { alternatives, cost };
  }

  #sequence(): PartCost {
    let { degree, factor } = ONE;
    let steps = 0;
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] as string)) {
      const cost = this.#quantified(this.#atom());
      degree += cost.degree;
      factor *= cost.factor;
      steps += cost.steps;
    }
    return { degree, factor, steps: Math.max(steps, 1) };
  }

  #atom(): PartCost {
    const start = this.#source[this.#at++];
    if (start === '[') {
      this.#skip(/(?:\\[\s\S]|[^\]\\])*\]/y);
    } else if (start === '\\') {
      const escaped = this.#source[this.#at] ?? '';
      this.#skip(this.#escape);
      // What a reference stands for is as long as the text.
      if (/[1-9k]/.test(escaped)) return { ...ONE, degree: 1 };
    } else if (start === '(') {
      this.#skip(/\?(?:<[=!]|<[^>]*>|[a-z]*(?:-[a-z]+)?:|[=!])/y);
      const { cost } = this.alternation();
      this.#at++;
      return cost;
    }
    return ONE;
  }

  #quantified(atom: PartCost): PartCost {
    const [text = ''] = this.#skip(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y) ?? [];
    if (text === '') return atom;
    const [least, most] = bounds(text);
    const chooses = atom.degree > 0 || atom.factor > 1;
    if (most <= 1) return least === most ? atom : { ...atom, factor: atom.factor + 1 };
    if (chooses) return ENDLESS;
    return least === most ? { ...ONE, steps: atom.steps * most } : { ...ONE, degree: 1, steps: atom.steps };
  }

  #skip(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }
}

function bounds(quantifier: string): [least: number, most: number] {
  if (quantifier.startsWith('?')) return [0, 1];
  const [, least, comma, most] = /^\{(\d+)(,)?(\d*)\}/.exec(quantifier) ?? [];
  if (least === undefined) return [0, Number.POSITIVE_INFINITY];
  if (comma === undefined) return [Number(least), Number(least)];
  return [Number(least), most === '' ? Number.POSITIVE_INFINITY : Number(most)];
}
