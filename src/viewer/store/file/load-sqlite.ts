import { OtelEventsError } from '../../../errors.ts';

type Sqlite = typeof import('node:sqlite');

/**
 * SQLite of Node.js, loaded when it is needed. Node says once that it is experimental; who watches events in a terminal can do
 * nothing about that.
 * @throws OtelEventsError `STORE_UNAVAILABLE` of a Node.js without it
 */
export function loadSqlite(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    const sqlite = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
    if (sqlite !== undefined) return sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
  throw new OtelEventsError('STORE_UNAVAILABLE', `Node.js ${process.version} has no node:sqlite`, {
    fix: 'the store needs Node.js 22.16 or later',
  });
}
