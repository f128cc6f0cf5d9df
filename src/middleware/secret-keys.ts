/** Tells whether what is under a key is a secret. */
export type IsSecret = (key: string) => boolean;

/** What a value under a secret key is shown as. */
export const MASK = '********';

/** Anywhere in a key. */
const PARTS = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'privatekey',
  'authorization',
  'credential',
  'cookie',
  'sessionid',
  'card',
  'securitycode',
];

/** The whole of a key, or of the last part of `user[pin]` and `user.pin`: as a part they would hit too much. */
const WHOLE = [
  'pwd',
  'pass',
  'pin',
  'otp',
  'cvv',
  'cvv2',
  'cvc',
  'cvc2',
  'ssn',
  'iban',
  'jwt',
  'auth',
  'sid',
];

const NAMED = new RegExp(PARTS.join('|'));

/** @param more - further keys, as a whole; case, `_` and `-` do not matter */
export function secretKeys(more: readonly string[]): IsSecret {
  const whole = new Set([...WHOLE, ...more.map(plain)]);
  return (key) => {
    const text = plain(key);
    if (whole.has(text) || NAMED.test(text)) return true;
    const last = key.split(/[[\].]+/).findLast((part) => part !== '');
    return last !== undefined && last !== key && whole.has(plain(last));
  };
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
