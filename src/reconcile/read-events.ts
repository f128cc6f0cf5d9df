import { readLines } from '../viewer/files/read-lines.ts';
import { readGoodRecords } from '../viewer/files/read-request.ts';
import type { ReadOptions } from '../viewer/files/read-unpacked.ts';
import { LeafBuffer } from '../viewer/store/record/leaf-buffer.ts';
import { PathNode } from '../viewer/store/record/path-node.ts';
import { RecordWalker } from '../viewer/store/record/record-walker.ts';
import { type Surroundings, splitRequest } from '../viewer/store/record/split-request.ts';

/** A log record of a file. The same object is filled again for the next one. */
export interface FileEvent {
  /** `log.record.uid`; '' without. */
  readonly uid: string;
  readonly name: string;
  /** Milliseconds of the Unix epoch; 0 without any time. */
  readonly timeMs: number;
  readonly around: Surroundings;
  /** The record as protobuf, in memory that may be kept. */
  readonly bytes: Uint8Array;
}

/** What a file holds beside its log records. */
export interface FileRest {
  readonly spans: number;
  /** Lines of which something could not be read. */
  readonly damagedLines: number;
}

/** Of a line that is empty but for its end. */
const BLANK_BYTES = 2;

export interface ReadEventsOptions extends ReadOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** Waited for behind each line: what reads faster than it sends would hold all of a file. */
  readonly afterLine?: (() => Promise<void>) | undefined;
}

/** Goes through the log records of a file of OTLP/JSON lines, line by line. @throws what the file system throws */
export async function readEvents(
  file: string,
  options: ReadEventsOptions,
  take: (event: FileEvent) => void,
): Promise<FileRest> {
  const rest = { spans: 0, damagedLines: 0 };
  // The values of attributes are of no interest, only what tells one record from another.
  const [root, leaves] = [PathNode.root(64), new LeafBuffer()];
  for await (const { bytes, isBrokenOff = false } of readLines(file, options)) {
    if (options.signal?.aborted) break;
    if (bytes !== undefined && bytes.length < BLANK_BYTES && !isBrokenOff) continue;
    const { request, isDamaged, badRecords } =
      bytes === undefined ? { request: undefined, isDamaged: true, badRecords: 0 } : readGoodRecords(bytes);
    if (isDamaged || isBrokenOff || badRecords > 0) rest.damagedLines++;
    if (request?.signal === 'traces') rest.spans += request.count;
    if (request?.signal !== 'logs') continue;
    const records = request.protobuf();
    const walker = new RecordWalker(records, root, leaves);
    splitRequest(records, (around, start, end) => {
      leaves.clear();
      walker.walk(false, start, end);
      const { uid = '', name, timeMs } = walker;
      take({ uid, name, timeMs, around, bytes: records.subarray(start, end) });
    });
    await options.afterLine?.();
  }
  return rest;
}
