import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MAX_COLOURS = 256;

/** Colours that nobody tells apart share a place, so that there is one for those that are rare and bright. */
const MIN_DISTANCE = 64;

/** What a line was made smaller by. @see PNG, "9.2 Filter types for filter method 0" */
const UNFILTER: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  (left, up, corner) => {
    const guess = left + up - corner;
    const [ofLeft, ofUp, ofCorner] = [left, up, corner].map((one) => Math.abs(guess - one)) as [
      number,
      number,
      number,
    ];
    if (ofLeft <= ofUp && ofLeft <= ofCorner) return left;
    return ofUp <= ofCorner ? up : corner;
  },
];

/**
 * A picture of a page with a palette of 256 colours, about a third as large: those that occur most and are not
 * nearly the same, and for all others the nearest one of these.
 * @param png - as Chromium makes it: 8 bits a channel, RGB or RGBA, not interlaced
 * @see PNG, https://www.w3.org/TR/png-3/
 */
export function packPng(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const [, header = Buffer.alloc(13)] = chunks.find(([type]) => type === 'IHDR') ?? [];
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = header[9] === 6 ? 4 : 3;
  if (header[8] !== 8 || (header[9] !== 6 && header[9] !== 2) || header[12] !== 0)
    throw new Error('that is no PNG of the kind that Chromium makes');
  const data = Buffer.concat(chunks.filter(([type]) => type === 'IDAT').map(([, body]) => body));
  const colours = coloursOf(inflateSync(data), width, height, channels);
  const { palette, indexOf } = paletteOf(colours);
  const lines = Buffer.alloc(height * (width + 1));
  colours.forEach((colour, at) => {
    lines[at + Math.floor(at / width) + 1] = indexOf(colour);
  });
  const indexed = Buffer.from(header);
  indexed[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', indexed),
    chunk(
      'PLTE',
      Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])),
    ),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunksOf(png: Buffer): (readonly [type: string, body: Buffer])[] {
  const chunks: (readonly [string, Buffer])[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push([png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)]);
    at += length + 12;
  }
  return chunks;
}

/** Of each pixel, as `0xrrggbb`. */
function coloursOf(filtered: Buffer, width: number, height: number, channels: number): Uint32Array {
  const colours = new Uint32Array(width * height);
  const stride = width * channels;
  let before = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const guess = UNFILTER[filtered[start] ?? 0] ?? (() => 0);
    const line = new Uint8Array(stride);
    for (let x = 0; x < stride; x++) {
      const isFirst = x < channels;
      const left = isFirst ? 0 : (line[x - channels] ?? 0);
      const corner = isFirst ? 0 : (before[x - channels] ?? 0);
      line[x] = (filtered[start + 1 + x] ?? 0) + guess(left, before[x] ?? 0, corner);
    }
    for (let x = 0; x < width; x++) {
      const [red = 0, green = 0, blue = 0] = line.subarray(x * channels, x * channels + 3);
      colours[y * width + x] = (red << 16) | (green << 8) | blue;
    }
    before = line;
  }
  return colours;
}

function paletteOf(colours: Uint32Array): {
  palette: readonly number[];
  indexOf: (colour: number) => number;
} {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette: number[] = [];
  for (const [colour] of [...counts].sort(([, one], [, other]) => other - one)) {
    if (palette.length === MAX_COLOURS) break;
    if (palette.every((one) => distanceOf(one, colour) >= MIN_DISTANCE)) palette.push(colour);
  }
  const known = new Map(palette.map((colour, index) => [colour, index]));
  const indexOf = (colour: number): number => {
    const index = known.get(colour) ?? nearest(palette, colour);
    known.set(colour, index);
    return index;
  };
  return { palette, indexOf };
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, bestDistance] = [0, Number.POSITIVE_INFINITY];
  palette.forEach((one, index) => {
    const distance = distanceOf(one, colour);
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  });
  return best;
}

/** Squared, of red, green and blue. */
function distanceOf(one: number, other: number): number {
  const of = (shift: number): number => (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2;
  return of(16) + of(8) + of(0);
}

function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length, 0);
  head.write(type, 4, 'latin1');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body, crc32(head.subarray(4))), 0);
  return Buffer.concat([head, body, sum]);
}
