/** What stands in a file is not what was written there. */
class DamagedError extends Error {}

/** SQLite's codes for a file that cannot be read as one: an input or output error, a malformed one, one of something else. */
const SQLITE_DAMAGE = new Set([10, 11, 26]);
/** Behind the first 8 bits a code has its particulars. */
const PRIMARY_CODE = 0xff;
const SQLITE_ERROR = 'ERR_SQLITE_ERROR';

/** What Node.js and zstd say where there is no room for what is read, or for a text that is made of it. */
const NO_ROOM = new Set([
  'ERR_STRING_TOO_LONG',
  'ERR_BUFFER_TOO_LARGE',
  'ERR_MEMORY_ALLOCATION_FAILED',
  'ZSTD_error_memory_allocation',
]);
const NO_ROOM_MESSAGE = /allocation failed|Invalid string length|call stack/;

/** Whether an error says that a file is damaged. Others say nothing of it: the next question may read the same place. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedError) return true;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === SQLITE_ERROR) return SQLITE_DAMAGE.has(Number(errcode) & PRIMARY_CODE);
  const isZstd = typeof code === 'string' && (code.startsWith('ZSTD_error_') || code === 'Z_BUF_ERROR');
  return isZstd && !isNoRoom(error);
}

/**
 * Takes apart what stands in a file. Not all of it has a checksum: what cannot be taken apart is damaged, whatever
 * the error is, unless it comes from SQLite itself or there is no room.
 */
export function takenApart<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isSqlite = (error as { code?: unknown }).code === SQLITE_ERROR;
    if (isSqlite || isDamage(error) || isNoRoom(error)) throw error;
    throw new DamagedError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function isNoRoom(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return NO_ROOM.has(String(code)) || (error instanceof RangeError && NO_ROOM_MESSAGE.test(String(message)));
}
