/** The longest path that has a column of its own. */
const MAX_PATH_LENGTH = 512;

/** A place of values in records: the names on the way to it. There is one node for each, so that it can be found quickly. */
export class PathNode {
  /** The names, by points. */
  readonly path: string;
  /** False of a path that is too long, or beyond the most that are kept: its values stay in their rows. */
  readonly isKept: boolean;
  /** Of `log.record.uid`: in no column, since they all differ. */
  readonly isUid: boolean;
  /** What the block that is being filled knows of it; belongs to `BlockBuilder`. */
  slot: object | undefined;
  /** Made when they are needed: a record may have a hundred thousand values at places of their own. */
  #children: Map<string, PathNode> | undefined;
  /** The name in its parent, as bytes. */
  #key: Uint8Array | undefined;
  readonly #name: string;
  /** The child that was found last, and for each child the one that came after it the last time. */
  #last: PathNode | undefined;
  #after: PathNode | undefined;
  readonly #tree: { nodes: number; readonly maxNodes: number };

  private constructor(
    path: string,
    key: string,
    isKept: boolean,
    tree: { nodes: number; readonly maxNodes: number },
  ) {
    this.path = path;
    this.#name = key;
    this.isKept = isKept;
    this.isUid = path === 'log.record.uid';
    this.#tree = tree;
  }

  /** A new tree: its root is above the names of attributes. */
  static root(maxNodes: number): PathNode {
    return new PathNode('', '', true, { nodes: 0, maxNodes });
  }

  /** How many nodes the tree keeps. */
  get size(): number {
    return this.#tree.nodes;
  }

  /** @param isTop - of the root: a name stands alone in the path */
  child(key: string, isTop: boolean): PathNode {
    const known = this.#children?.get(key);
    if (known !== undefined) return known;
    const path = isTop ? key : `${this.path}.${key}`;
    const isKept = this.isKept && path.length <= MAX_PATH_LENGTH && this.#tree.nodes < this.#tree.maxNodes;
    const made = new PathNode(path, key, isKept, this.#tree);
    if (isKept) {
      this.#tree.nodes++;
      this.#children ??= new Map();
      this.#children.set(key, made);
    }
    return made;
  }

  /** The child that is likely to be next: senders write what is alike in the same order. */
  guess(): PathNode | undefined {
    const last = this.#last;
    return last === undefined ? undefined : last.#after;
  }

  /** Notes which child was next. @returns it */
  found(child: PathNode): PathNode {
    // Not of one that is not kept: each would hold the one behind it, and keys that are made of data fill the memory.
    if (!child.isKept) return child;
    if (this.#last !== undefined) this.#last.#after = child;
    this.#last = child;
    return child;
  }

  /** Whether some bytes are its name. */
  isKey(bytes: Uint8Array, start: number, length: number): boolean {
    this.#key ??= Buffer.from(this.#name);
    const key = this.#key;
    if (key.length !== length) return false;
    for (let at = 0; at < length; at++) if (key[at] !== bytes[start + at]) return false;
    return true;
  }
}
