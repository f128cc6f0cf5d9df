import { OtelEventsError } from '../../../errors.ts';

/** What a failed transaction is told as: nothing of it was kept, so that it may be sent again. */
export function unwritable(directory: string, cause: unknown): OtelEventsError {
  if (cause instanceof OtelEventsError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OtelEventsError('STORE_UNWRITABLE', `nothing was stored in ${directory}: ${reason}`, {
    cause,
    retry: {},
    fix: 'is there room on the disk, and may this user write there?',
  });
}
