import { readStore } from './read-store.ts';
import type { StoreReader } from './store-reader.ts';
import { loki } from './stores/loki.ts';
import { victorialogs } from './stores/victorialogs.ts';
import { viewer } from './stores/viewer.ts';

const STORES = { victorialogs, loki, viewer };

/**
 * A store by what is written on a command line, such as `victorialogs=http://localhost:9428`; nothing is asked yet.
 * @param headers - shown to the store, such as a token
 * @throws OtelEventsError `OPTION_INVALID`; what is secret in the address is not in it
 */
export function openStoreReader(text: string, headers: Readonly<Record<string, string>>): StoreReader {
  return readStore(text, headers, STORES);
}
