import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../serve/refusal.ts';
import { digestOf, isSameSecret } from '../../serve/same-secret.ts';
import { bcryptDigest, parseBcrypt } from './bcrypt.ts';

/** Whether a password is the one that a line of a file stands for. */
type Matches = (password: string) => boolean | Promise<boolean>;

const SHA1_BYTES = 20;

/** Passwords whose slow check may wait for others. */
const MAX_WAITING = 100;

/** Users and their passwords, in the format of Apache's `htpasswd`. */
export class Htpasswd {
  readonly #users = new Map<string, Matches>();

  /**
   * Of a user who is there twice the last line counts.
   * @throws Error that says which line is malformed, and never what is in it
   */
  constructor(text: string) {
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const colon = line.indexOf(':');
      const matches = colon < 0 ? undefined : matchesOf(line.slice(colon + 1));
      if (matches === undefined) throw new Error(`htpasswd, line ${index + 1}: ${whyNot(line)}`);
      this.#users.set(line.slice(0, colon), matches);
    }
  }

  /** @throws Refusal 503 if too many slow checks wait already */
  async has(user: string, password: string): Promise<boolean> {
    return (await this.#users.get(user)?.(password)) ?? false;
  }
}

function matchesOf(encoded: string): Matches | undefined {
  if (/^\$2[abxy]\$/.test(encoded)) return ofBcrypt(encoded);
  if (encoded.startsWith('{SHA}')) return ofSha1(Buffer.from(encoded.slice(5), 'base64'), false);
  if (encoded.startsWith('{SSHA}')) return ofSha1(Buffer.from(encoded.slice(6), 'base64'), true);
  if (/^\$(apr1|1|5|6)\$/.test(encoded)) return undefined;
  return (password) => {
    const isPlain = isSameSecret(password, encoded);
    return isSameSecret(`{PLAIN}${password}`, encoded) || isPlain;
  };
}

function whyNot(line: string): string {
  if (!line.includes(':')) return 'expected USER:PASSWORD';
  if (/:\$(apr1|1|5|6)\$/.test(line)) {
    return 'passwords by MD5 and by crypt are known only to the OpenTelemetry Collector; here bcrypt is (htpasswd -B)';
  }
  return 'expected a password as bcrypt with a cost up to 14, {SHA}, {SSHA} or plain';
}

function ofSha1(bytes: Buffer, isSalted: boolean): Matches | undefined {
  if (bytes.length < SHA1_BYTES || (!isSalted && bytes.length > SHA1_BYTES)) return undefined;
  const [wanted, salt] = [bytes.subarray(0, SHA1_BYTES), bytes.subarray(SHA1_BYTES)];
  return (password) => timingSafeEqual(createHash('sha1').update(password).update(salt).digest(), wanted);
}

/** The slow check of bcrypt is made once a password, and one at a time: clients show theirs with every request. */
function ofBcrypt(encoded: string): Matches | undefined {
  const hash = parseBcrypt(encoded);
  if (hash === undefined) return undefined;
  let known: Buffer | undefined;
  return async (password) => {
    const digest = digestOf(password);
    const isKnown = () => known !== undefined && timingSafeEqual(known, digest);
    if (isKnown()) return true;
    return await oneByOne(async () => {
      // Those that came together with the first one need not ask again.
      if (isKnown()) return true;
      const isRight = isSameSecret(await bcryptDigest(password, hash), hash.digest);
      if (isRight) known = digest;
      return isRight;
    });
  };
}

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

async function oneByOne(check: () => Promise<boolean>): Promise<boolean> {
  if (waiting >= MAX_WAITING) throw new Refusal(503, 'too many passwords at once', { 'retry-after': '1' });
  waiting++;
  const turn = last.then(check);
  last = turn.catch(() => {});
  try {
    return await turn;
  } finally {
    waiting--;
  }
}
