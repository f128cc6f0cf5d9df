import type * as Yaml from 'yaml';
import { isScalar, parseDocument, visit } from 'yaml';

/** Longer than what a person writes by hand, and read in about a second. */
const MAX_YAML_BYTES = 256 * 1024;

/** Each is looked up among all anchors. */
const MAX_ALIASES = 1_000;

/** What is wrong with a YAML text: the parser's own code, and the place in the text. */
export interface YamlProblem {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
  /** It says how the text was understood, which may be what was meant. */
  readonly isWarning: boolean;
}

/** A YAML text as nodes. */
export interface YamlDocument {
  readonly document: Yaml.Document.Parsed;
  readonly problems: readonly YamlProblem[];
  /** What aliases stand for, in their order; undefined where no anchor stands before one. */
  readonly aliases: ReadonlyMap<Yaml.Alias, Yaml.Node | undefined>;
}

/**
 * Parses YAML in time that grows with its length; the parser's own search for keys that come twice takes the
 * square of it.
 */
export function readYamlDocument(text: string, lineCounter?: Yaml.LineCounter): YamlDocument {
  const isTooLong = Buffer.byteLength(text) > MAX_YAML_BYTES;
  const document = parseDocument(isTooLong ? '' : text, {
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: false,
    ...(lineCounter && { lineCounter }),
  });
  const problems: YamlProblem[] = [...document.errors, ...document.warnings].map((problem) => ({
    code: problem.code,
    offset: problem.pos[0],
    message: problem.message.split('\n', 1)[0] ?? '',
    isWarning: problem.name === 'YAMLWarning',
  }));
  const add = (code: string, offset: number, message: string): void => {
    problems.push({ code, offset, message, isWarning: false });
  };
  if (isTooLong) add('TOO_LONG', 0, 'longer than 256 KiB');
  const anchors = new Map<string, Yaml.Node>();
  const aliases = new Map<Yaml.Alias, Yaml.Node | undefined>();
  visit(document, {
    Node: (_key, node) => {
      if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node);
    },
    // A visitor for a kind of node takes the place of the one for all.
    Map: (_key, map) => {
      if (map.anchor !== undefined) anchors.set(map.anchor, map);
      const twice = keyThatComesTwice(map.items as readonly Yaml.Pair[]);
      if (twice !== undefined) add('DUPLICATE_KEY', twice, 'Map keys must be unique');
    },
    Alias: (_key, alias) => {
      aliases.set(alias, anchors.get(alias.source));
      if (aliases.size !== MAX_ALIASES + 1) return;
      add('TOO_MANY_ALIASES', alias.range?.[0] ?? 0, `more than ${MAX_ALIASES} aliases`);
    },
  });
  return { document, problems, aliases };
}

/** The place of the first key of a mapping that stands in it before. */
function keyThatComesTwice(pairs: readonly Yaml.Pair[]): number | undefined {
  const keys = new Set<unknown>();
  for (const { key } of pairs) {
    if (!isScalar(key)) continue;
    if (keys.has(key.value)) return (key as Yaml.Scalar.Parsed).range?.[0] ?? 0;
    keys.add(key.value);
  }
  return undefined;
}
