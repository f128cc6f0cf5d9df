import { wallClockMs } from '../../../time.ts';
import { bytesOfFile } from '../file/store-files.ts';
import type { Caps } from './caps.ts';

/** Of what a cap allows, the most that one file may have: files go as a whole. */
const PARTS = 8;

/** Files are looked at so often at most. */
const EVERY_MS = 1000;

let lookedMs = 0;
let lookedBytes = 0;
let lookedFile = '';

/** Whether a file has grown, or grown old, beyond its part of the caps. */
export function isRotationDue({ maxBytes, maxAgeMs }: Caps, file: string, openedMs: number): boolean {
  const nowMs = wallClockMs();
  if (maxAgeMs !== undefined && nowMs - openedMs > maxAgeMs / PARTS) return true;
  if (maxBytes === undefined) return false;
  if (file !== lookedFile || nowMs - lookedMs > EVERY_MS) {
    lookedFile = file;
    lookedMs = nowMs;
    lookedBytes = bytesOfFile(file);
  }
  return lookedBytes > maxBytes / PARTS;
}
