import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const KEY = randomBytes(32);

/** A digest of a secret that is worth nothing outside of this process. */
export function digestOf(secret: string): Buffer {
  return createHmac('sha256', KEY).update(secret).digest();
}

/** Whether two secrets are the same, in a time that says nothing of where they differ. */
export function isSameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digestOf(left), digestOf(right));
}
