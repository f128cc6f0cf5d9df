import { hash, randomUUID } from 'node:crypto';
import { StatementFailure, wrongType } from '../failure.ts';
import { converter, type OttlFunction } from '../function.ts';
import type { Getter } from '../getter.ts';
import { bytesLike, optional, string, value } from '../parameter.ts';
import type { Row } from '../row.ts';
import { uuidV7 } from '../uuid-v7.ts';
import { Identifier } from '../value.ts';

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

function hashed(name: string, algorithm: string): OttlFunction {
  return converter(
    name,
    { target: string },
    ({ target }) =>
      (row) =>
        hexHash(algorithm, target(row)),
  );
}

function hexHash(algorithm: string, text: string): string {
  return hash(algorithm, text, 'hex');
}

/** FNV-1a of 64 bits, as an int. */
function fnv(text: string): bigint {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return BigInt.asIntN(64, hash);
}

/** An id from its bytes, or from its hexadecimal digits. */
function identified(name: string, length: 8 | 16): OttlFunction {
  return converter(name, { target: bytesLike }, ({ target }) => {
    if (target.constant !== undefined) {
      const id = toIdentifier(target.constant.value, length);
      return () => id;
    }
    return (row) => toIdentifier(target(row), length);
  });
}

function toIdentifier(bytes: Uint8Array, length: 8 | 16): Identifier {
  if (bytes.length === length) return new Identifier(Buffer.from(bytes).toString('hex'));
  const digits = Buffer.from(bytes).toString('latin1');
  if (digits.length === length * 2 && /^[0-9a-fA-F]*$/.test(digits))
    return new Identifier(digits.toLowerCase());
  throw new StatementFailure(`expected ${length} bytes or ${length * 2} hexadecimal digits`);
}

const VARIANTS: ReadonlyMap<
  string,
  { readonly encoding: 'base64' | 'base64url'; readonly isPadded: boolean }
> = new Map([
  ['base64', { encoding: 'base64', isPadded: true }],
  ['base64-raw', { encoding: 'base64', isPadded: false }],
  ['base64-url', { encoding: 'base64url', isPadded: true }],
  ['base64-raw-url', { encoding: 'base64url', isPadded: false }],
]);

const base64Encode = converter(
  'Base64Encode',
  { target: string, variant: optional(string) },
  ({ target, variant }) =>
    (row) => {
      const kind = VARIANTS.get(variant?.(row) ?? 'base64');
      if (kind === undefined)
        throw new StatementFailure(`variant is one of ${[...VARIANTS.keys()].join(', ')}`);
      const text = Buffer.from(target(row)).toString(kind.encoding);
      const bare = text.replace(/=+$/, '');
      return kind.isPadded ? bare.padEnd(Math.ceil(bare.length / 4) * 4, '=') : bare;
    },
);

function decodeBase64(text: string, variant: string): string {
  const kind = VARIANTS.get(variant);
  const letters = kind?.encoding === 'base64url' ? /^[A-Za-z0-9_-]*(={0,2})$/ : /^[A-Za-z0-9+/]*(={0,2})$/;
  // Line breaks are passed over, as in Go.
  const bare = text.replace(/[\r\n]/g, '');
  const [, padding] = letters.exec(bare) ?? [];
  const isWhole = kind?.isPadded === true ? bare.length % 4 === 0 : padding === '' && bare.length % 4 !== 1;
  if (padding === undefined || !isWhole) throw new StatementFailure('a text that is not base64');
  return Buffer.from(bare, kind?.encoding ?? 'base64').toString();
}

function textOrBytes(row: Row, target: Getter): Uint8Array {
  const given = target(row);
  if (typeof given === 'string') return Buffer.from(given);
  if (given instanceof Uint8Array) return given;
  throw wrongType('a string or bytes', given);
}

const decode = converter('Decode', { target: value, encoding: string }, ({ target, encoding }) => {
  if (encoding.constant !== undefined) decoderOf(encoding.constant.value);
  return (row) => decoderOf(encoding(row))(textOrBytes(row, target));
});

function decoderOf(name: string): (bytes: Uint8Array) => string {
  if (VARIANTS.has(name)) return (bytes) => decodeBase64(Buffer.from(bytes).toString('latin1'), name);
  try {
    const decoder = new TextDecoder(name);
    return (bytes) => decoder.decode(bytes);
  } catch {
    throw new StatementFailure('an encoding that is not known');
  }
}

/** Converters that hash, encode and make ids. */
export const HASH_CONVERTERS: readonly OttlFunction[] = [
  hashed('SHA1', 'sha1'),
  hashed('SHA256', 'sha256'),
  hashed('SHA512', 'sha512'),
  hashed('MD5', 'md5'),
  converter(
    'FNV',
    { target: string },
    ({ target }) =>
      (row) =>
        fnv(target(row)),
  ),
  converter(
    'Hex',
    { target: bytesLike },
    ({ target }) =>
      (row) =>
        Buffer.from(target(row)).toString('hex'),
  ),
  converter(
    'Base64Decode',
    { target: string },
    ({ target }) =>
      (row) =>
        decodeBase64(target(row), 'base64'),
  ),
  base64Encode,
  decode,
  identified('TraceID', 16),
  identified('SpanID', 8),
  converter('UUID', {}, () => () => randomUUID()),
  converter('UUIDv7', {}, () => () => uuidV7(Date.now())),
];
