import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import { packPng } from '../../scripts/pack-png.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Without the checksum, which nothing here reads. */
function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body, Buffer.alloc(4)]);
}

/** A picture of RGB pixels whose lines are filtered as they say. */
function picture(width: number, lines: readonly (readonly [filter: number, ...bytes: number[]])[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(lines.length, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(lines.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function bodyOf(png: Buffer, type: string): Buffer {
  const at = png.indexOf(type, 0, 'latin1');
  return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
}

/** The colours of a picture with a palette, line by line. */
function coloursOf(png: Buffer, width: number): number[][] {
  const palette = bodyOf(png, 'PLTE');
  const lines = inflateSync(bodyOf(png, 'IDAT'));
  return Array.from({ length: lines.length / (width + 1) }, (_, y) =>
    [...lines.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))].flatMap((index) => [
      ...palette.subarray(index * 3, index * 3 + 3),
    ]),
  );
}

test('lines of every filter keep their colours', () => {
  const lines = [
    [0, 10, 20, 30, 200, 100, 0],
    [1, 10, 20, 30, 190, 80, 226],
    [2, 0, 0, 0, 0, 0, 0],
    [3, 5, 10, 15, 95, 40, 241],
    [4, 0, 0, 0, 0, 0, 0],
  ] as const;
  const line = [10, 20, 30, 200, 100, 0];
  assert.deepEqual(coloursOf(packPng(picture(2, lines)), 2), [line, line, line, line, line]);
});

test('a picture of another kind is refused', () => {
  const grey = picture(1, [[0, 1, 2, 3]]);
  grey[25] = 0;
  assert.throws(() => packPng(grey), /no PNG of the kind/);
});
