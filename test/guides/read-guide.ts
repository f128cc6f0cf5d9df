import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const docs = path.join(import.meta.dirname, '..', '..', 'docs');

/** The code blocks of one guide in `docs/`. */
export interface Guide {
  /** The whole Markdown. */
  readonly text: string;
  /** The text of the one block whose info string is this, such as `js before`. @throws unless there is one */
  block(info: string): string;
  /** The values in the one block with this info string: one JSON text, or with `jsonl` one a line. */
  values(info: string): readonly unknown[];
  /** The info strings of all blocks that are code, in order. */
  readonly infos: readonly string[];
}

/** Reads `docs/coming-from-<name>.md`. The first word of an info string is the language, the rest is ours. */
export function readGuide(name: string): Guide {
  return readPage(`coming-from-${name}.md`);
}

/** Reads a file of `docs/`. */
export function readPage(name: string): Guide {
  const text = readFileSync(path.join(docs, name), 'utf8');
  const blocks = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = '', code = '']) => ({
    info,
    code,
  }));
  const block = (info: string): string => {
    const found = blocks.filter((each) => each.info === info);
    assert.equal(found.length, 1, `blocks "${info}" in ${name}`);
    return found[0]?.code ?? '';
  };
  return {
    text,
    block,
    values(info) {
      const code = block(info);
      const texts = info.startsWith('jsonl') ? code.trimEnd().split('\n') : [code];
      return texts.map((each): unknown => JSON.parse(each));
    },
    infos: blocks.map(({ info }) => info),
  };
}

/**
 * Replaces, as a reader would, what stands for his own in a block, such as a host.
 * @throws if one of the keys is not in the text: then the block would reach for the real one
 */
export function withOwn(text: string, own: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [shown, actual] of Object.entries(own)) {
    assert.ok(result.includes(shown), `${shown} is in the block`);
    result = result.replaceAll(shown, actual);
  }
  return result;
}
