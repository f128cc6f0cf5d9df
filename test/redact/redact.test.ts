import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OtelEventsError } from '../../src/errors.ts';
import { compileRedact, type EventParts } from '../../src/redact/redact.ts';
import { CARD, EMAIL, IPV4 } from '../../src/redact/redact-patterns.ts';
import type { RedactRule } from '../../src/redact/redact-rule.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

const partsOf = (parts: Partial<EventParts>): EventParts => ({
  data: {},
  session: {},
  context: {},
  message: undefined,
  failure: undefined,
  ...parts,
});

const redacted = (rules: RedactRule | readonly RedactRule[], data: object): unknown =>
  compileRedact(rules)(partsOf({ data: data as Record<string, unknown> })).data;

test('patterns look through every text that a caller gives beside the data', () => {
  const mail = 'ann@example.org';
  const parts = partsOf({
    category: mail,
    tags: ['vip', mail],
    givenTime: mail,
    message: mail,
    userId: mail,
  });
  const { category, tags, givenTime, message, userId } = compileRedact({ patterns: [EMAIL] })(parts);
  const masked = '[Redacted]';
  assert.deepEqual(
    [category, tags, givenTime, message, userId],
    [masked, ['vip', masked], masked, masked, masked],
  );
});

test('paths are JSON pointers or dotted, with stars for names and places', () => {
  const data = {
    user: { email: 'e', name: 'n' },
    items: [{ card: 1, sku: 's' }, { card: 2 }],
    deep: { er: { token: 't' } },
    token: 't',
    'a.b': { c: 1 },
    '*': 1,
  };
  const left = (...paths: string[]): unknown => redacted({ paths, action: 'remove' }, data);
  assert.deepEqual(left('user.email'), { ...data, user: { name: 'n' } });
  assert.deepEqual(left('/user/email'), { ...data, user: { name: 'n' } });
  assert.deepEqual(left('*.email'), { ...data, user: { name: 'n' } });
  assert.deepEqual(left('items[*].card'), { ...data, items: [{ sku: 's' }, {}] });
  assert.deepEqual(left('items[1].card'), { ...data, items: [{ card: 1, sku: 's' }, {}] });
  assert.deepEqual(left('/items/0'), { ...data, items: [null, { card: 2 }] });
  const { token: _, ...withoutToken } = data;
  assert.deepEqual(left('**.token'), { ...withoutToken, deep: { er: {} } });
  assert.deepEqual(left('/a.b/c'), { ...data, 'a.b': {} });
  const { '*': __, ...withoutStar } = data;
  assert.deepEqual(left('/*'), withoutStar);
  assert.deepEqual(left('nothing.here', 'items[7]'), data);
});

test('paths are written as pino writes them, with quoted names, and names that hold dots', () => {
  const table: [path: string, data: object, after: object][] = [
    ['headers["x-access-token"]', { headers: { 'x-access-token': 't', a: 1 } }, { headers: { a: 1 } }],
    ["headers['x-access-token']", { headers: { 'x-access-token': 't' } }, { headers: {} }],
    ['headers[`x-access-token`]', { headers: { 'x-access-token': 't' } }, { headers: {} }],
    ['headers.x-access-token', { headers: { 'x-access-token': 't' } }, { headers: {} }],
    ['["set-cookie"]', { 'set-cookie': 'c', a: 1 }, { a: 1 }],
    ['["set-cookie"][0].v', { 'set-cookie': [{ v: 1 }] }, { 'set-cookie': [{}] }],
    ['a["b.c"].d', { a: { 'b.c': { d: 1 } } }, { a: { 'b.c': {} } }],
    ['a["b]c"]', { a: { 'b]c': 1 } }, { a: {} }],
    ['a["b\\"c"]', { a: { 'b"c': 1 } }, { a: {} }],
    ['a["*"]', { a: { '*': 1, b: 2 } }, { a: { b: 2 } }],
    ['a[*].b', { a: [{ b: 1 }, { c: 2 }] }, { a: [{}, { c: 2 }] }],
    ['[*].b', { a: { b: 1 }, c: { b: 1 } }, { a: {}, c: {} }],
    ['*', { a: 1, b: 2 }, {}],
    ['a.**', { a: { b: { c: 1 } }, d: 1 }, { a: {}, d: 1 }],
    ['a.*.b', { a: { x: { b: 1, c: 2 } } }, { a: { x: { c: 2 } } }],
    ['first name', { 'first name': 'n' }, {}],
    ['user.email', { 'user.email': 'e', user: { email: 'e', 'x.y': 1 } }, { user: { 'x.y': 1 } }],
    ['*.email', { 'user.email': 'e', a: 1 }, { a: 1 }],
    ['**.token', { 'a.b.token': 't', c: { 'd.token': 't' } }, { c: {} }],
    ['["user.email"]', { 'user.email': 'e', user: { email: 'e' } }, { user: { email: 'e' } }],
    ['/user/email', { 'user.email': 'e', user: { email: 'e' } }, { 'user.email': 'e', user: {} }],
    ['user', { 'user.email': 'e' }, { 'user.email': 'e' }],
  ];
  for (const [path, data, after] of table) {
    assert.deepEqual(redacted({ paths: [path], action: 'remove' }, data), after, path);
  }
});

test('a path that cannot be meant is refused, with how it is written', () => {
  const table: [path: string, fix: RegExp][] = [
    ['$.password', /password, not \$\.password/],
    ['$', /begin at the top/],
    ['$["a"]', /begin at the top/],
    ['#/user/email', /\/user\/email/],
    ['items[].card', /items\[\*\]\.card/],
    ['*secret', /patterns/],
    ['user.*secret', /patterns/],
    ['user.secret*', /patterns/],
    ['se*et', /patterns/],
    ['***', /patterns/],
    ['a**', /patterns/],
    ['a[*b]', /patterns/],
    ['a..b', /\*\*/],
    ['.user', /first dot/],
    ['user.', /brackets/],
    ['a[b]', /brackets/],
    ['a[-1]', /brackets/],
    ['a[0:2]', /brackets/],
    ['a[?(@.b)]', /brackets/],
    ['a["b]', /brackets/],
    ['a["b"]c', /brackets/],
    ['a[0', /brackets/],
    ['a]', /brackets/],
    ['user?.email', /brackets/],
    ['a, b', /brackets/],
    [' a', /brackets/],
    ['user/email', /brackets/],
    ['/a~2b', /~0/],
  ];
  for (const [path, fix] of table) {
    assert.throws(
      () => compileRedact({ paths: ['ok', path] }),
      (error: OtelEventsError) => {
        assert.equal(error.code, 'OPTION_INVALID', path);
        assert.ok(error.message.includes(`redact[0].paths[1] ${JSON.stringify(path)}`), error.message);
        assert.match(String(error.fix), fix, path);
        return true;
      },
      path,
    );
  }
});

test('what each path and each pattern has taken out is counted', () => {
  const redact = compileRedact([
    { paths: ['user.email', '/none', '**.token'], patterns: [EMAIL, /sk-\w+/] },
    { paths: ['user.email'], action: 'remove' },
  ]);
  redact(partsOf({ data: { user: { email: 'e' }, token: null, text: 'a@b.org and c@d.org' } }));
  redact(partsOf({ data: { user: { email: 'e' }, a: [{ token: 1 }] }, message: 'sk-1' }));
  assert.deepEqual(redact.counts(), [
    {
      paths: { 'user.email': 2, '/none': 0, '**.token': 1 },
      patterns: { EMAIL: 2, '/sk-\\w+/': 1 },
    },
    { paths: { 'user.email': 2 }, patterns: {} },
  ]);
});

test('what is looked at twice, under the clock, or masked as a whole, is not counted twice', () => {
  const slow = /(?:b|bb)*z/;
  const redact = compileRedact({ patterns: [EMAIL, slow] });
  redact(partsOf({ data: { text: 'a@b.org bz' } }));
  assert.deepEqual(redact.counts()[0]?.patterns, { EMAIL: 1, [String(slow)]: 1 });
  const failing = compileRedact({ patterns: [EMAIL, { pattern: /o/, accepts: () => assert.fail() }] });
  failing(partsOf({ data: { text: 'a@b.org o' } }));
  assert.deepEqual(failing.counts()[0]?.patterns, { EMAIL: 0, '/o/': 0 });
});

test('a value is masked, hashed with a key, or removed', () => {
  const data = { user: 'joe', pin: 1234 };
  const paths = ['user', 'pin'];
  assert.deepEqual(redacted({ paths }, data), { user: '[Redacted]', pin: '[Redacted]' });
  assert.deepEqual(redacted({ paths, action: 'remove' }, data), {});
  assert.deepEqual(redacted({ paths, action: 'hash', hashKey: 'key' }, data), {
    user: 'f3fa4d2fdf1c4183fa239777c565e4ef',
    pin: '280ed91eee6eb96a2b1cf598843c1308',
  });
});

test('patterns are looked for in every value and name, the message, the failure and its stack', () => {
  const parts = partsOf({
    data: { note: 'write to joe@example.com, please', 'joe@example.com': 1, deep: [['joe@example.com']] },
    session: { ip: '10.0.0.1' },
    context: { page: { card: '4111 1111 1111 1111' } },
    message: 'hello joe@example.com',
    failure: {
      type: 'Error',
      message: 'no joe@example.com',
      stacktrace: 'Error: no joe@example.com\n  at x',
    },
  });
  const before = structuredClone(parts);
  const after = compileRedact({ patterns: [EMAIL, CARD, IPV4] })(parts);
  assert.deepEqual(after, {
    data: { note: 'write to [Redacted], please', '[Redacted]': 1, deep: [['[Redacted]']] },
    session: { ip: '[Redacted]' },
    context: { page: { card: '[Redacted]' } },
    message: 'hello [Redacted]',
    failure: { type: 'Error', message: 'no [Redacted]', stacktrace: 'Error: no [Redacted]\n  at x' },
  });
  assert.deepEqual(parts, before);
});

test('what has nothing to take out is as before, numbers and dates too, and a copy all the same', () => {
  const data = { a: [{ b: 'c' }], n: 1.5, big: 2n ** 40n, when: new Date(0), bytes: Buffer.of(1), no: null };
  const after = compileRedact([{ patterns: [EMAIL, CARD] }, { paths: ['x'] }])(partsOf({ data }));
  assert.deepEqual(after.data, { ...data, bytes: Uint8Array.of(1) });
  assert.notEqual(after.data.when, data.when);
});

test('names that become the same do not hide each other', () => {
  const data = { 'a@b.c': 1, 'd@e.f': 2 };
  assert.deepEqual(redacted({ patterns: [EMAIL] }, data), { '[Redacted]': 1, '[Redacted] 2': 2 });
  const three = { '[Redacted]': 0, '[Redacted] 2': 1, ...data };
  assert.deepEqual(Object.values(redacted({ patterns: [EMAIL] }, three) as object), [0, 1, 1, 2]);
});

test('maps, sets, instances and toJSON hide nothing', () => {
  class Person {
    readonly email = 'joe@example.com';
  }
  const data = {
    map: new Map<string, unknown>([['joe@example.com', new Set(['joe@example.com'])]]),
    person: new Person(),
    own: { toJSON: () => ({ a: 'joe@example.com' }) },
    error: new Error('joe@example.com'),
    url: new URL('https://example.com/?q=joe@example.com'),
  };
  assert.doesNotMatch(JSON.stringify(redacted({ patterns: [EMAIL] }, data)), /joe/);
  assert.deepEqual(redacted({ paths: ['person.email'], action: 'remove' }, { person: new Person() }), {
    person: {},
  });
});

test('the ready patterns find what they should, and not what looks like it', () => {
  const found = (pattern: typeof EMAIL, text: string): unknown => redacted({ patterns: [pattern] }, { text });
  const gone = { text: '[Redacted]' };
  for (const text of ['joe@example.com', 'j.o+e_1@sub.example.co.uk', 'jörg@exämple.de', 'root@localhost']) {
    assert.deepEqual(found(EMAIL, text), gone, text);
  }
  for (const text of ['4111111111111111', '4111-1111-1111-1111', '378282246310005', '6011 0009 9013 9424']) {
    assert.deepEqual(found(CARD, text), gone, text);
  }
  assert.deepEqual(found(IPV4, '192.168.0.255'), gone);
  for (const pan of [4111111111111111, 4111111111111111n, { of: 378282246310005 }]) {
    assert.doesNotMatch(JSON.stringify(redacted({ patterns: [CARD] }, { pan })), /\d/);
  }
  for (const text of ['4111111111111112', '1234567890123', '12345678901234567890']) {
    assert.deepEqual(found(CARD, text), { text });
  }
  for (const text of ['1.2.3', '1.2.3.256', '1.2.3.4.5']) assert.deepEqual(found(IPV4, text), { text });
  assert.deepEqual(found(EMAIL, '@decorator a @ b'), { text: '@decorator a @ b' });
});

test('an address is found however long it is, next to others, and in every script', () => {
  const found = (text: string): unknown => redacted({ patterns: [EMAIL] }, { text });
  for (const text of [
    `${'a'.repeat(129)}@example.com`,
    `${'a.'.repeat(500_000)}b@example.com`,
    'joe@example_ann@example.com',
    'jose\u0301@example.com',
    'joe@xn--exmple-cua.com',
  ]) {
    assert.deepEqual(found(text), { text: '[Redacted]' }, text.slice(0, 200));
  }
  assert.deepEqual(found('to joe@example.com, ann@example.com.'), { text: 'to [Redacted], [Redacted].' });
});

test('what becomes text later is looked at as that text: numbers, symbols, dates, errors, names', () => {
  const mail = 'joe@example.com';
  const data = {
    card: 4111111111111111,
    cards: [4111111111111111n, { n: 378282246310005 }],
    symbol: Symbol(mail),
    [`${mail}!`]: true,
    map: new Map([[Symbol(mail), 1]]),
    error: Object.assign(new TypeError(mail, { cause: mail }), { code: mail }),
    url: new URL(`mailto:${mail}`),
    pattern: new RegExp(mail),
    boxed: Object(mail),
    named: { [mail]: () => mail },
  };
  const text = JSON.stringify(redacted({ patterns: [EMAIL, CARD] }, data));
  assert.doesNotMatch(text, /joe|411111111|378282/);
  assert.deepEqual(redacted({ patterns: [/^1970-01-01/] }, { born: new Date(0), n: 1970 }), {
    born: '[Redacted]T00:00:00.000Z',
    n: 1970,
  });
  assert.deepEqual(redacted({ patterns: [/^\d{4}$/] }, { pin: 1234, sum: 12345 }), {
    pin: '[Redacted]',
    sum: 12345,
  });
});

test('a time is no card: milli-, micro- and nanoseconds stay, whatever their last digit is', () => {
  for (const time of ['1719741234564', '1719741234567891', '1719741234567891234']) {
    const near = Array.from({ length: 10 }, (_, last) => BigInt(time) - (BigInt(time) % 10n) + BigInt(last));
    assert.deepEqual(redacted({ patterns: [CARD] }, { near, texts: near.map(String) }), {
      near,
      texts: near.map(String),
    });
  }
});

test('names in the paths of issues are looked at too', () => {
  const issue = { path: '/joe@example.com/0', expected: 'text', got: 'a number' };
  const schema = { id: 's', version: '1', issues: [issue] };
  const after = compileRedact({ patterns: [EMAIL] })(partsOf({ schema }));
  assert.deepEqual(after.schema?.issues, [{ ...issue, path: '/[Redacted]/0' }]);
});

test('a rule that throws has all masked, and is told of', () => {
  const causes: unknown[] = [];
  const broken = { pattern: /o/, accepts: () => assert.fail('on purpose') };
  const rules = [{ patterns: [EMAIL] }, { patterns: [broken] }];
  const after = compileRedact(rules, (cause) => causes.push(cause))(partsOf({ data: { a: 'o', b: [1] } }));
  assert.deepEqual(after.data, { '[Redacted]': '[Redacted]', '[Redacted] 2': ['[Redacted]'] });
  assert.match(String(causes), /on purpose/);
});

test('a text of a megabyte takes the ready patterns well under a second', () => {
  const redact = compileRedact({ patterns: [EMAIL, CARD, IPV4] });
  for (const part of [
    'a',
    'a.',
    'a@',
    'a@b_',
    'é',
    `a@${'b'.repeat(70)}.`,
    '1',
    '1 ',
    '1.',
    '1-1',
    'a@b.',
    '1.1.1.',
    '4532 ',
    '4 4 ',
    '4111111111111111 ',
    'a%20a@',
    "'@",
    'abcdef0123',
    'v1.1.1.1/',
    'A/1.1.1.1',
  ]) {
    const clock = cpuClock();
    redact(partsOf({ data: { text: part.repeat(Math.floor(1_000_000 / part.length)) } }));
    assert.ok(clock() < 5_000, part);
  }
});

test('a pattern that does not end masks every text: what was not looked at does not leave', () => {
  const clock = cpuClock();
  const parts = partsOf({ data: { text: `${'a'.repeat(60)}!`, count: 1 }, message: 'hello' });
  const after = compileRedact([{ patterns: [/(a+)+$/] }])(parts);
  assert.deepEqual(after.data, { '[Redacted]': '[Redacted]', '[Redacted] 2': '[Redacted]' });
  assert.equal(after.message, '[Redacted]');
  assert.ok(clock() < 5_000);
});

test('circles and depth end', () => {
  const circle: Record<string, unknown> = { email: 'joe@example.com' };
  circle.self = circle;
  const deep = Array.from({ length: 1000 }).reduce<object>((inner) => ({ inner, at: 'joe@example.com' }), {});
  assert.deepEqual(redacted({ patterns: [EMAIL] }, circle), { email: '[Redacted]', self: '[Circular]' });
  assert.doesNotMatch(JSON.stringify(redacted({ patterns: [EMAIL] }, { deep })), /joe/);
});

test('a string is a regular expression; flags of one are kept', () => {
  assert.deepEqual(redacted({ patterns: ['tok_\\w+'] }, { a: 'x tok_1 tok_2' }), {
    a: 'x [Redacted] [Redacted]',
  });
  assert.deepEqual(redacted({ patterns: [/secret/iy], action: 'remove' }, { a: 'a SECRET' }), { a: 'a ' });
});

test('rules that cannot be followed are refused', () => {
  const table: [rule: unknown, code: string, message: RegExp][] = [
    [{}, 'OPTION_INVALID', /redact\[0\]: wanted paths, patterns or both/],
    [[null], 'OPTION_INVALID', /redact\[0\]/],
    [{ path: ['a'] }, 'OPTION_UNKNOWN', /did you mean paths\?/],
    [{ paths: 'a' }, 'OPTION_INVALID', /lists/],
    [{ paths: [''] }, 'OPTION_INVALID', /paths\[0\]/],
    [{ patterns: ['('] }, 'OPTION_INVALID', /patterns\[0\]: Invalid regular expression/],
    [{ patterns: [1] }, 'OPTION_INVALID', /patterns\[0\]/],
    [{ paths: ['a'], action: 'drop' }, 'OPTION_INVALID', /wanted mask, hash or remove/],
    [[{ paths: ['a'] }, { paths: ['a'], action: 'hash' }], 'OPTION_INVALID', /redact\[1\]\.hashKey/],
  ];
  for (const [rule, code, message] of table) {
    assert.throws(() => compileRedact(rule as RedactRule), { code, message });
  }
});
