import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bcryptDigest, parseBcrypt } from '../../../src/collector/auth/bcrypt.ts';
import { Htpasswd } from '../../../src/collector/auth/htpasswd.ts';
import { piWords } from '../../../src/collector/auth/pi-words.ts';

test('pi begins as Blowfish has it, and ends as its last box does', () => {
  const words = piWords(1042);
  assert.equal(words[0]?.toString(16), '243f6a88');
  assert.equal(words[17]?.toString(16), '8979fb1b');
  assert.equal(words[18]?.toString(16), 'd1310ba6');
  assert.equal(words[1041]?.toString(16), '3ac372e6');
});

/** The first two from Openwall's crypt_blowfish, the others made by libxcrypt. */
const HASHES: readonly [password: string, hash: string][] = [
  ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
  ['sécret pass', '$2y$04$abcdefghijklmnopqrstuujDKYdbVepjeHmCxxpc70yH9nkRFfaJa'],
  ['x'.repeat(100), '$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i'],
  ['sécret pass', '$2y$10$abcdefghijklmnopqrstuujnG37r2.mHJx5zybORZg4.wvzjRSktK'],
];

for (const [password, hash] of HASHES) {
  test(`bcrypt: ${hash} is of ${JSON.stringify(password.slice(0, 12))} and of nothing else`, async () => {
    const parsed = parseBcrypt(hash);
    assert.ok(parsed !== undefined);
    assert.equal(await bcryptDigest(password, parsed), parsed.digest);
    assert.notEqual(await bcryptDigest(`y${password}`, parsed), parsed.digest);
  });
}

const FILE = `
# a comment
plain:se:cret
nginx:{PLAIN}s3cret
sha:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=
ssha:{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0
bcrypt:$2y$04$abcdefghijklmnopqrstuujDKYdbVepjeHmCxxpc70yH9nkRFfaJa
twice:first
twice:second
`;

const LOGINS: readonly [user: string, password: string, isRight: boolean][] = [
  ['plain', 'se:cret', true],
  ['plain', 'se', false],
  ['nginx', 's3cret', true],
  ['sha', 'secret', true],
  ['sha', 'Secret', false],
  ['ssha', 'secret', true],
  ['ssha', 'secretsalt', false],
  ['bcrypt', 'sécret pass', true],
  ['bcrypt', 'sécret pass', true],
  ['bcrypt', 'secret pass', false],
  ['twice', 'first', false],
  ['twice', 'second', true],
  ['nobody', '', false],
  ['constructor', '', false],
];

test('passwords are those of their lines, in every format', async () => {
  const users = new Htpasswd(FILE);
  for (const [user, password, isRight] of LOGINS)
    assert.equal(await users.has(user, password), isRight, `${user} ${password}`);
});

test('what cannot be checked here is refused with its line, and without what is in it', () => {
  for (const line of [
    'secret-without-colon',
    'u:$apr1$secret$x',
    'u:$6$secret',
    'u:{SHA}secret',
    'u:$2y$31$secret',
  ]) {
    assert.throws(
      () => new Htpasswd(`ok:ok\n${line}`),
      (error: Error) => error.message.startsWith('htpasswd, line 2: ') && !error.message.includes('secret'),
    );
  }
});

test('while bcrypt works other things go on, and too many at once are refused', async () => {
  const users = new Htpasswd('u:$2y$10$abcdefghijklmnopqrstuujnG37r2.mHJx5zybORZg4.wvzjRSktK');
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  assert.equal(await users.has('u', 'wrong'), false);
  clearInterval(timer);
  assert.ok(turns > 3, `${turns} turns`);
  const many = Array.from({ length: 101 }, () => users.has('u', 'sécret pass'));
  await assert.rejects(many.pop() as Promise<boolean>, { status: 503 });
  // All that waited know it after the first one.
  assert.deepEqual(new Set(await Promise.all(many)), new Set([true]));
});
