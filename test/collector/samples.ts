import { existsSync, readFileSync } from 'node:fs';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';

/** A logs request with one record for each name. */
export function logsOf(...names: readonly string[]): OtlpObject {
  const logRecords = names.map((eventName) => ({ timeUnixNano: '1700000000000000001', body: {}, eventName }));
  return { resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords }] }] };
}

export function protobufOf(request: OtlpObject): Uint8Array {
  return encodeProtobuf(REQUEST.logs, request);
}

export function batchOf(...names: readonly string[]): Batch {
  return OtlpRequest.read('logs', 'protobuf', protobufOf(logsOf(...names)));
}

/** The names of the records in OTLP/JSON, one request a line. */
export function namesIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap(
      (line) => JSON.parse(line).resourceLogs as { scopeLogs: { logRecords: { eventName: string }[] }[] }[],
    )
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
    .map(({ eventName }) => eventName);
}

export function namesInFile(file: string): string[] {
  return namesIn(readFileSync(file, 'utf8'));
}

/**
 * The names in a file that is being written, which need not be there yet: a line that has no end is not read, since
 * half of an append can be seen while it goes on.
 */
export function namesSoFar(file: string): string[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return namesIn(text.slice(0, text.lastIndexOf('\n') + 1));
}

/** A promise that somebody else settles. */
export function deferred<T = void>() {
  return Promise.withResolvers<T>();
}

/** Resolves when `check` holds, and rejects when it never does. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const startedMs = performance.now();
  while (!(await check())) {
    if (performance.now() - startedMs > 60_000) throw new Error('it never happened');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
