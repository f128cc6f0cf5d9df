import type { Cleared } from '../store/event-store.ts';
import { formatBytes, formatMinute, plural } from './format.ts';

/** `1,234 rows (3.4 MB) at 2026-11-30 12:03` */
export function clearedText({ atMs, rows, bytes }: Cleared): string {
  return `${plural(rows, 'row')} (${formatBytes(bytes)}) at ${formatMinute(atMs)}`;
}
