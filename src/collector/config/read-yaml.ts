import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair } from 'yaml';
import { readYamlDocument, type YamlDocument } from '../../read-yaml-document.ts';
import { type ConfigNode, dotted, type MapEntry, type Position } from './config-node.ts';
import type { Variables } from './expand-environment.ts';
import type { Problems } from './problems.ts';
import { readValue } from './read-value.ts';

/** Deeper than any configuration. */
const MAX_DEPTH = 50;
const MAX_ALIASES = 100;
/** Problems of a text that can be read for all that. */
const STANDS_ALONE: ReadonlySet<string> = new Set([
  'MULTIPLE_DOCS',
  'DUPLICATE_KEY',
  'TAG_RESOLVE_FAILED',
  'TOO_LONG',
  'TOO_MANY_ALIASES',
]);

/**
 * Reads YAML text; what is wrong with it goes to `problems`. Undefined if there is nothing to go on with.
 * @param source - where it comes from, for messages; to be given where there are several
 */
export function readYaml(
  text: string,
  variables: Variables,
  problems: Problems,
  source?: string,
): ConfigNode | undefined {
  const lines: Lines = { counter: new LineCounter(), source };
  const before = problems.count;
  const read = readYamlDocument(text, lines.counter);
  let isBroken = false;
  for (const { code, offset, message } of read.problems) {
    // What follows is the echo of the first one, up to the end of the file.
    if (isBroken && !STANDS_ALONE.has(code)) continue;
    isBroken ||= !STANDS_ALONE.has(code);
    problems.add(positionOf(lines, offset), '', inWords(code, message, text[offset - 1] === '$'));
  }
  checkAliases(read, lines, problems);
  const { contents } = read.document;
  if (problems.count === before && contents === null) {
    problems.add(
      { line: 1, column: 1, ...(source !== undefined && { source }) },
      '',
      'the file is empty; expected receivers, exporters and service',
    );
  }
  if (problems.count > before) return undefined;
  return new NodeReader(read, lines, variables, problems).read(contents, '', 0);
}

function inWords(code: string, message: string, isVariable: boolean): string {
  if (code === 'MULTIPLE_DOCS') return 'expected one YAML document';
  return isVariable ? `inside { } and [ ] a variable has to be in quotes: "\${env:NAME}"` : message;
}

function checkAliases(read: YamlDocument, lines: Lines, problems: Problems): void {
  if (!problems.isEmpty) return;
  for (const [{ source, range }, target] of read.aliases) {
    const at = range?.[0] ?? 0;
    const [start = 0, end = 0] = target?.range ?? [];
    const problem =
      target === undefined ? `there is no anchor &${source}` : `the anchor &${source} holds itself`;
    if (target === undefined || (at >= start && at < end)) problems.add(positionOf(lines, at), '', problem);
  }
  if (!problems.isEmpty) return;
  try {
    // A few anchors can stand for billions of nodes; the library counts before it resolves.
    read.document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    problems.add({ line: 1, column: 1 }, '', (error as Error).message.split('\n', 1)[0] ?? '');
  }
}

class NodeReader {
  readonly #aliases: YamlDocument['aliases'];
  readonly #lines: Lines;
  readonly #variables: Variables;
  readonly #problems: Problems;
  readonly #read = new Map<Node | null, ConfigNode>();

  constructor({ aliases }: YamlDocument, lines: Lines, variables: Variables, problems: Problems) {
    this.#aliases = aliases;
    this.#lines = lines;
    this.#variables = variables;
    this.#problems = problems;
  }

  read(node: Node | null, path: string, depth: number): ConfigNode {
    const at = node?.range ? positionOf(this.#lines, node.range[0]) : undefined;
    if (depth > MAX_DEPTH) {
      this.#problems.add(at, path, 'nested too deeply');
      return { kind: 'scalar', at, value: null };
    }
    if (isAlias(node)) return this.#target(node, path, depth + 1);
    if (isMap<Node, Node | null>(node))
      return { kind: 'map', at, entries: this.#entries(node.items, path, depth) };
    if (isSeq<Node>(node)) {
      return {
        kind: 'list',
        at,
        items: node.items.map((item, index) => this.read(item, `${path}[${index}]`, depth + 1)),
      };
    }
    const value = isScalar(node) ? node.value : null;
    return readValue(value, { at, path, parents: [], variables: this.#variables, problems: this.#problems });
  }

  /** What an alias stands for; read once, however often it is used. */
  #target(alias: Alias, path: string, depth: number): ConfigNode {
    const target = this.#aliases.get(alias) ?? null;
    const known = this.#read.get(target);
    if (known !== undefined) return known;
    const read = this.read(target, path, depth);
    this.#read.set(target, read);
    return read;
  }

  #entries(pairs: readonly Pair<Node, Node | null>[], path: string, depth: number): Map<string, MapEntry> {
    const entries = new Map<string, MapEntry>();
    const merged: MapEntry['node'][] = [];
    for (const { key, value } of pairs) {
      const keyAt = key.range ? positionOf(this.#lines, key.range[0]) : undefined;
      const name = isScalar(key) ? String(key.value) : '';
      if (name === '') this.#problems.add(keyAt, path, 'expected a key that is a word');
      else if (name === '<<') merged.push(this.read(value, path, depth + 1));
      else entries.set(name, { keyAt, node: this.read(value, dotted(path, name), depth + 1) });
    }
    // YAML 1.1 merge keys: what a mapping says itself wins.
    for (const source of merged.flatMap((node) => (node.kind === 'list' ? node.items : [node]))) {
      if (source.kind !== 'map') continue;
      for (const [name, entry] of source.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return entries;
  }
}

/** Where lines begin, and of what. */
interface Lines {
  readonly counter: LineCounter;
  readonly source: string | undefined;
}

function positionOf({ counter, source }: Lines, offset: number): Position {
  const { line, col } = counter.linePos(offset);
  return { line, column: col, ...(source !== undefined && { source }) };
}
