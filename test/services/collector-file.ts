import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { plainAttributes } from '../harness/otlp-json.ts';

/** A log record or span as it is written. A file holds many: nothing of it is decoded that nobody asks for. */
export interface Written {
  readonly eventName?: string;
  readonly spanId?: string;
  readonly attributes?: Parameters<typeof plainAttributes>[0];
}

interface Request {
  readonly resourceLogs?: readonly { readonly scopeLogs: readonly { readonly logRecords: Written[] }[] }[];
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: Written[] }[] }[];
}

/** What a collector's `file` exporter has written, the files that were rotated away included. */
export interface CollectorFile {
  /** How many files. */
  readonly files: number;
  /** Requests that are there whole. */
  readonly requests: number;
  /** Requests of which a crash left only the beginning. */
  readonly torn: number;
  /** Of the longest request, in bytes. */
  readonly longest: number;
}

/** JSON escapes the quotes within strings: this stands only where a request begins. */
const REQUEST_START = /(?=\{"resource(?:Logs|Spans)":)/;

/**
 * Reads `events.jsonl` or `spans.jsonl` in `dir` and visits the records of each request, in the order of
 * writing. The real collector does not end a line that a crash has torn: the next request follows on the same
 * line.
 */
export async function readCollectorFile(
  dir: string,
  signal: 'logs' | 'traces',
  visit: (records: readonly Written[]) => void,
): Promise<CollectorFile> {
  const names = await filesOf(dir, signal === 'logs' ? 'events' : 'spans');
  let [requests, torn, longest] = [0, 0, 0];
  for (const name of names) {
    const lines = (await readFile(path.join(dir, name), 'utf8')).split('\n').filter((line) => line !== '');
    for (const request of lines.flatMap((line) => line.split(REQUEST_START))) {
      const records = recordsOf(request);
      longest = Math.max(longest, Buffer.byteLength(request));
      if (records === undefined) torn++;
      else {
        requests++;
        visit(records);
      }
    }
  }
  return { files: names.length, requests, torn, longest };
}

/** Oldest first: names of rotated files carry the time, the one without it is being written. */
async function filesOf(dir: string, name: string): Promise<string[]> {
  const files = await readdir(dir);
  const rotated = files.filter((file) => file.startsWith(`${name}-`));
  // One that never had a record to write has none.
  return [...rotated.sort(), ...files.filter((file) => file === `${name}.jsonl`)];
}

function recordsOf(line: string): Written[] | undefined {
  try {
    const { resourceLogs = [], resourceSpans = [] } = JSON.parse(line) as Request;
    const logs = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
    return [...logs, ...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
