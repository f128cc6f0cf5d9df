import type { TextSpan } from './text-span.ts';

/** What an address has in its middle, and what ends a word in the query of an address on the web. */
const SIGNS = /(@|%40)|%(?:2[0-2367CF]|3[A-F]|[57][BD])/gi;

/** What quotes and marks stand before an address are none of it. */
const NAME_START = /[\p{L}\p{N}_]/u;

/** Labels and a top-level domain, an address in brackets, or this machine. @see RFC 5321, section 4.1.2 */
const DOMAIN =
  /(?:(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,62}\.){1,8}(?:xn--[a-z\d-]{1,59}|\p{L}[\p{L}\p{M}]{0,62})(?![\p{L}\p{M}\p{N}])|localhost(?![\p{L}\p{M}\p{N}-]|\.[\p{L}\p{N}])|\[[\d.]{7,15}\])/iuy;

/** `18.2.0`, `v1.2`, `5.x`: no domain begins like that. */
const VERSION = /v?\d+\.(?:\d|x(?![\p{L}\p{N}]))/iuy;

/** Names of files and of units of a system: `icon@2x.png`, `getty@tty1.service`, `jquery@3.slim.min.js`. */
const FILE =
  /^(?:[^.]+|\d+x?\..*)\.(?:[cm]?js|[jt]sx|css|s[ac]ss|json5?|map|html?|xml|ya?ml|toml|lock|txt|log|csv|png|jpe?g|gif|svg|webp|avif|ico|woff2?|pdf|wasm|t?gz|tar|exe|dll|jar|whl|deb|rpm|class|service|socket|timer|mount|slice)$/i;

/** Where addresses stand in a word that has an `@` in it. Several in a row are one. */
export function addressesIn(word: string): readonly TextSpan[] {
  const spans: TextSpan[] = [];
  /** Where the name before the next `@` begins: also before the `@` of what was no address, `joe@mine_ann@example.com`. */
  let start = 0;
  for (const { 0: sign, 1: at, index } of word.matchAll(SIGNS)) {
    const name = at === undefined ? undefined : nameStart(word, start, index);
    if (name === undefined) {
      start = index + sign.length;
      continue;
    }
    const end = domainEnd(word, index + sign.length);
    if (end === undefined) continue;
    const previous = spans.at(-1);
    if (previous !== undefined && previous[1] === name) spans[spans.length - 1] = [previous[0], end];
    else spans.push([name, end]);
    start = end;
  }
  return spans;
}

function nameStart(word: string, from: number, at: number): number | undefined {
  for (let index = from; index < at; index++) {
    if (NAME_START.test(String.fromCodePoint(word.codePointAt(index) as number))) return index;
  }
  return undefined;
}

function domainEnd(word: string, from: number): number | undefined {
  VERSION.lastIndex = from;
  if (VERSION.test(word)) return undefined;
  DOMAIN.lastIndex = from;
  if (!DOMAIN.test(word)) return undefined;
  const end = DOMAIN.lastIndex;
  return FILE.test(word.slice(from, end)) ? undefined : end;
}
