import { isMoved, type ReadLog } from '../../spool/read/read-log.ts';
import { complain } from '../command.ts';

/** Says what could not be read. @returns the exit status: 2 if there is anything, else `status` */
export function unreadStatus(name: string, logs: readonly Pick<ReadLog, 'unread'>[], status: number): number {
  const unread = logs.flatMap((log) => log.unread);
  for (const { file, error } of unread) complain(name, error.code ?? 'EIO', `cannot read ${file}`);
  return unread.length > 0 ? 2 : status;
}

/** The same for a command that only reads, and may have missed what another process took over. */
export function readStatus(name: string, directory: string, logs: readonly ReadLog[]): number {
  const isIncomplete = isMoved(directory, logs);
  if (isIncomplete)
    complain(name, 'ENOENT', 'a sub-directory was taken over while it was read; run this again');
  return unreadStatus(name, logs, isIncomplete ? 1 : 0);
}
