/** A place in a configuration file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** Which one, where there are several. */
  readonly source?: string;
}

/** A value of a configuration, wherever it came from, with its place if it came from a file. */
export type ConfigNode = ScalarNode | MapNode | ListNode;

interface Base {
  readonly at: Position | undefined;
  /** What an environment variable held, to the letter: where a string is wanted, `0123` stays that. */
  readonly text?: string;
  /** A variable in it is empty. */
  readonly hasGap?: boolean;
}

export interface ScalarNode extends Base {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

export interface MapNode extends Base {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly keyAt: Position | undefined;
  readonly node: ConfigNode;
}

export interface ListNode extends Base {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

/** What kind of value a node is, for messages: never the value, which can be a secret. */
export function kindOf(node: ConfigNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  return `a ${typeof node.value}`;
}

/** The path of a key inside a mapping. */
export function dotted(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** What a node says, wherever it stands: two that say the same have the same text. */
export function saidBy(node: ConfigNode): string {
  if (node.kind === 'list') return `[${node.items.map(saidBy).join()}]`;
  if (node.kind === 'map') {
    const entries = [...node.entries].map(([name, entry]) => `${JSON.stringify(name)}:${saidBy(entry.node)}`);
    return `{${entries.join()}}`;
  }
  return JSON.stringify(node.text ?? null) + JSON.stringify(node.value);
}
