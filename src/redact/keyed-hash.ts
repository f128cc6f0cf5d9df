import { createHmac } from 'node:crypto';

/**
 * What `action: 'hash'` of a rule of redaction puts in the place of a text: 32 hexadecimal digits of its HMAC. Whoever looks
 * for a text that may be redacted looks for this too.
 */
export function keyedHash(text: string, hashKey: string): string {
  return createHmac('sha256', hashKey).update(text).digest('hex').slice(0, 32);
}
