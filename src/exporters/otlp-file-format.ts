import { promisify } from '../node-util.ts';
import type { LentLine } from '../otlp/wire/lent-line.ts';
import type { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import { LENGTH_BYTES } from './message-file.ts';

/** How requests are written; the OpenTelemetry Collector's `format` and `compression`. */
export interface OtlpFileFormat {
  /** Default `json`. */
  readonly format?: 'json' | 'proto';
  /** Each request for itself. Default: none. */
  readonly compression?: 'zstd' | undefined;
}

/** How one request becomes bytes of a file. */
export interface OtlpFileEncoding {
  /** How a message of these begins; undefined of lines. */
  readonly messageStart: Uint8Array | undefined;
  /** A line with its line break, or a message with its length. Called in the turn in which the request came. */
  readonly encode: (request: OtlpRequest) => LentLine | Uint8Array | Promise<Uint8Array>;
}

/** The first field of a request, which holds its resources. */
const PROTOBUF_START = Uint8Array.of(0x0a);
const ZSTD_START = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

/**
 * Lines of OTLP/JSON. What is protobuf or compressed has no lines: each message stands behind its length, four bytes
 * with the highest first.
 */
export function otlpFileEncoding({ format = 'json', compression }: OtlpFileFormat): OtlpFileEncoding {
  if (compression === undefined && format === 'json')
    return { messageStart: undefined, encode: (request) => request.jsonLine() };
  const bytesOf = (request: OtlpRequest) => (format === 'json' ? request.json() : request.protobuf());
  if (compression === undefined)
    return { messageStart: PROTOBUF_START, encode: (request) => message(bytesOf(request)) };
  return {
    messageStart: ZSTD_START,
    encode: async (request) => message(await compress(bytesOf(request))),
  };
}

async function compress(bytes: Uint8Array): Promise<Uint8Array> {
  const { zstdCompress } = await import('node:zlib');
  return promisify(zstdCompress)(bytes);
}

function message(bytes: Uint8Array): Uint8Array {
  const whole = Buffer.allocUnsafe(LENGTH_BYTES + bytes.length);
  whole.writeUInt32BE(bytes.length);
  whole.set(bytes, LENGTH_BYTES);
  return whole;
}
