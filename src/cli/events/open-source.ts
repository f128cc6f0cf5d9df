import { readdirSync } from 'node:fs';
import { counted } from '../../counted.ts';
import { openFiles } from '../../viewer/files/open-files.ts';
import { openStore } from '../../viewer/store/threads/open-store.ts';
import { cacheDirectory } from '../cache-directory.ts';
import { tell, usageError } from '../command.ts';
import { showProgress } from '../output/progress.ts';
import { wantRegularFiles } from '../want-regular-files.ts';
import type { EventSource } from './event-source.ts';
import { storeSource } from './store-source.ts';
import { viewerSource } from './viewer-source.ts';
import { viewerAddress } from './viewer-url.ts';

/** Where events are looked for. */
export interface SourceOptions {
  readonly files: readonly string[];
  /** A store of the viewer. */
  readonly directory?: string | undefined;
  /** Of a viewer that runs. */
  readonly url?: string | undefined;
  /** That it wants. */
  readonly token?: string | undefined;
}

/** Opens what a command asks. @param name - of the command @throws OtelEventsError `OPTION_INVALID`, and what the store throws */
export async function openSource(
  name: string,
  { files, directory, url, token }: SourceOptions,
): Promise<EventSource> {
  if ([files.length > 0, directory !== undefined, url !== undefined].filter(Boolean).length > 1) {
    throw usageError('files, --directory and --url: one of them');
  }
  if (token !== undefined && (files.length > 0 || directory !== undefined))
    throw usageError('--token: only a viewer that runs wants one');
  if (files.length > 0) return openFilesSource(name, files);
  if (directory === undefined) return viewerSource(viewerAddress(url, token));
  // One that is not there would be made.
  readdirSync(directory);
  const store = await openStore({ directory });
  return storeSource(store, () => store.close());
}

async function openFilesSource(name: string, files: readonly string[]): Promise<EventSource> {
  wantRegularFiles(files);
  let [read, of] = [0, 0];
  const percent = (): string =>
    of === 0 ? '' : `reading ${counted(files.length, 'file')}: ${Math.floor((100 * read) / of)} %`;
  const endProgress = showProgress(percent);
  const onProgress = (now: number, all: number): void => {
    [read, of] = [now, all];
  };
  try {
    const { store, skipped, skippedRecords, repeated, close } = await openFiles(files, {
      cache: cacheDirectory(),
      onProgress,
    });
    if (skipped > 0) tell(`${name}: ${counted(skipped, 'line')} skipped that cannot be read`);
    if (skippedRecords > 0)
      tell(`${name}: ${counted(skippedRecords, 'record')} skipped that cannot be read, in lines with others`);
    if (repeated > 0) {
      const more = counted(repeated, 'record');
      tell(`${name}: ${more} left out that came again, by log.record.uid or span: each counts once`);
    }
    return storeSource(store, close);
  } finally {
    endProgress();
  }
}
