import type { StoreStatus } from '../event-store.ts';
import { bytesOfFile, storeFiles } from '../file/store-files.ts';
import { lastClear } from './last-clear.ts';
import type { ReadStore } from './read-store.ts';

/** What there is of a store; of what could not be written its writer knows. */
export function answerStatus(store: ReadStore): Omit<StoreStatus, 'writes'> {
  // Files may have gone since: then their rows are counted as removed already.
  store.refreshFiles();
  const { directory, files, blocks } = store;
  const paths = storeFiles(directory);
  const counts = files.at(-1)?.counts;
  return {
    directory,
    rows: blocks.reduce((sum, { rows }) => sum + rows, 0),
    bytes: paths.reduce((sum, file) => sum + bytesOfFile(file), 0),
    files: paths.length,
    oldestMs: blocks.length === 0 ? undefined : Math.min(...blocks.map(({ loMs }) => loMs)),
    newestMs: blocks.length === 0 ? undefined : Math.max(...blocks.map(({ hiMs }) => hiMs)),
    removed: counts?.removed ?? 0,
    ...lastClear(store),
    metricPoints: counts?.metricPoints ?? 0,
    damaged: store.damaged(),
  };
}
