import type { TestContext } from 'node:test';
import type { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { ReadStore } from '../../../src/viewer/store/read/read-store.ts';
import { StoreWriter, type WriterOptions } from '../../../src/viewer/store/write/store-writer.ts';
import { tempDir } from '../../harness/temp-dir.ts';

/** A writer and a reader of one directory, in this thread. */
export interface StoreUnderTest {
  readonly directory: string;
  readonly writer: StoreWriter;
  readonly reader: ReadStore;
}

export function storeUnderTest(t: TestContext, options: Partial<WriterOptions> = {}): StoreUnderTest {
  const directory = options.directory ?? tempDir(t);
  const writer = new StoreWriter({
    directory,
    blockRows: 64,
    fileRows: 256,
    synchronous: 'normal',
    ...options,
  });
  const reader = new ReadStore({ directory, cacheBytes: 1 << 20 });
  t.after(() => {
    reader.close();
    writer.close();
  });
  return { directory, writer, reader };
}

/** As the main thread hands it to the writer. */
export function wired(request: OtlpRequest): Parameters<StoreWriter['ingest']>[0][number] {
  return { signal: request.signal, encoding: 'protobuf', bytes: request.protobuf(), count: request.count };
}
