import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { type ConfigNode, dotted, type MapEntry, type Position } from './config-node.ts';
import type { Variables } from './expand-environment.ts';
import type { Problems } from './problems.ts';
import { readValue } from './read-value.ts';

/** Deeper than any configuration. */
const MAX_DEPTH = 50;
const MAX_ALIASES = 100;

/** Reads YAML text; what is wrong with it goes to `problems`. Undefined if there is nothing to go on with. */
export function readYaml(text: string, variables: Variables, problems: Problems): ConfigNode | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  for (const { code, pos, message } of [...document.errors, ...document.warnings]) {
    const known = code === 'MULTIPLE_DOCS' ? 'expected one YAML document' : firstLine(message);
    problems.add(positionOf(lines, pos[0]), '', known);
  }
  checkAliases(document, lines, problems);
  if (problems.isEmpty && document.contents === null) {
    problems.add({ line: 1, column: 1 }, '', 'the file is empty; expected receivers, exporters and service');
  }
  if (!problems.isEmpty) return undefined;
  return new NodeReader(document, lines, variables, problems).read(document.contents, '', 0);
}

function checkAliases(document: Document.Parsed, lines: LineCounter, problems: Problems): void {
  if (!problems.isEmpty) return;
  visit(document, {
    Alias: (_key, alias) => {
      const wrong = wrongAlias(alias, document);
      if (wrong !== undefined) problems.add(positionOf(lines, alias.range?.[0] ?? 0), '', wrong);
    },
  });
  if (!problems.isEmpty) return;
  try {
    // A few anchors can stand for billions of nodes; the library counts before it resolves.
    document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    problems.add({ line: 1, column: 1 }, '', firstLine((error as Error).message));
  }
}

function wrongAlias(alias: Alias, document: Document.Parsed): string | undefined {
  const target = alias.resolve(document);
  if (target === undefined) return `there is no anchor &${alias.source}`;
  const [at = 0] = alias.range ?? [];
  const [start = 0, end = 0] = target.range ?? [];
  return at >= start && at < end ? `the anchor &${alias.source} holds itself` : undefined;
}

class NodeReader {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #variables: Variables;
  readonly #problems: Problems;

  constructor(document: Document.Parsed, lines: LineCounter, variables: Variables, problems: Problems) {
    this.#document = document;
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
    if (isAlias(node)) return this.read(node.resolve(this.#document) ?? null, path, depth + 1);
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

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}
