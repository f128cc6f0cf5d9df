import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Less has V8 look through live objects too often where processors make them; more lets garbage lie. */
const WANTED_BYTES = 2 * 1024 * 1024;
/** Of one array: 128 KiB, which is not too large to begin among the new objects. */
const SLOTS = 16 * 1024;
const MOST_ARRAYS = 64;

/**
 * Keeps V8's memory for new objects at 2 MiB: loading a command makes it 8 or 16, and then a hundred requests and more have
 * gone, whose bodies and lines take a hundred times the memory of their objects, until V8 looks for what is garbage.
 * To be called before anything is loaded: what has grown stays.
 */
export function keepYoungGenerationSmall(): void {
  // A process begins with 1 MiB. It grows when as much has been found alive, and only as the flag says at that time.
  const alive: unknown[] = [];
  while (youngBytes() < WANTED_BYTES && alive.length < MOST_ARRAYS) alive.push(new Array(SLOTS).fill(0));
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** What new objects have room in, to the nearest MiB. */
function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  const bytes = (young?.space_used_size ?? 0) + (young?.space_available_size ?? 0);
  return Math.round(bytes / 1024 ** 2) * 1024 ** 2;
}
