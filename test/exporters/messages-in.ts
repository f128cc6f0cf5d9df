import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { namesIn } from '../collector/samples.ts';

/** The messages of a file, each behind its length; a file that ends within one fails. */
export function messagesIn(file: string): Buffer[] {
  const bytes = readFileSync(file);
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    assert.ok(end <= bytes.length, `a message at ${at} ends at ${end} of ${bytes.length}`);
    messages.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return messages;
}

/** How a file is written: lines where there is nothing to say. */
export interface Written {
  readonly format?: 'json' | 'proto';
  readonly compression?: 'zstd';
}

/** The names of the records in a file. */
export function namesWritten(file: string, { format = 'json', compression }: Written): string[] {
  if (format === 'json' && compression === undefined) return namesIn(readFileSync(file, 'utf8'));
  const full = messagesIn(file).filter((message) => message.length > 0);
  return full.flatMap((message) => {
    const bytes = compression === undefined ? message : zstdDecompressSync(message);
    const encoding = format === 'json' ? 'json' : 'protobuf';
    return namesIn(Buffer.from(OtlpRequest.read('logs', encoding, bytes).json()).toString());
  });
}
