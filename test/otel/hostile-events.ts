import vm from 'node:vm';
import type { EventLogger, LogOptions } from '../../src/index.ts';

/** A value, new each time it is asked for, and what it is where a record goes through an SDK, if that differs. */
interface ValueRule {
  readonly make: () => unknown;
  /** The value on the wire of ours, and through an SDK: whole numbers as bigint. */
  readonly throughSdk?: readonly [ours: bigint | number, sdks: string];
}

const no = (): never => {
  throw new Error('on purpose');
};

class Point {
  readonly x = 1;
  get y(): number {
    return no();
  }
}

function chain(levels: number): object {
  let value: object = { bottom: 1 };
  for (let level = 1; level < levels; level++) value = level % 2 === 0 ? { value } : [value];
  return value;
}

function circle(): object {
  const around: Record<string, unknown> = { a: 1 };
  around.self = around;
  around.list = [around];
  return around;
}

function unreadable(): object {
  return Object.defineProperty({ good: 1 }, 'bad', { enumerable: true, get: no });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const whole = (value: number): ValueRule => ({ make: () => value, throughSdk: [value, String(value)] });
const big = (value: bigint): ValueRule => ({ make: () => value, throughSdk: [value, String(value)] });
const same = (make: () => unknown): ValueRule => ({ make });

/** Every rule for values of docs/mapping.md, at its limit. */
// biome-ignore format: a table
const VALUES: Readonly<Record<string, ValueRule>> = {
  'no text': same(() => ''),
  'the text 0': same(() => '0'),
  'the keys 0 and none': same(() => ({ 0: '0', '': 3 })),
  'a text that is not well formed': same(() => 'a\ud83d\u0000😀\udc00z'),
  'a text': same(() => `${'漢'.repeat(300)}😀`),
  'true': same(() => true),
  'null': same(() => null),
  'nothing': same(() => undefined),
  'a function': same(() => no),
  'a symbol': same(() => Symbol('s')),
  'minus zero': same(() => -0),
  'a fraction': same(() => 0.1),
  'the least number': same(() => 5e-324),
  'NaN': same(() => Number.NaN),
  'infinity': same(() => Number.NEGATIVE_INFINITY),
  'a safe number': same(() => Number.MAX_SAFE_INTEGER),
  'a number that is not safe': same(() => 2 ** 53 + 2),
  'the last double within int64': same(() => 2 ** 63 - 1024),
  'the first beyond': whole(2 ** 63),
  // Within int64, but its digits as JSON writes them are not.
  'the least of int64': { make: () => -(2 ** 63), throughSdk: [-(2n ** 63n), String(-(2 ** 63))] },
  'a large number': whole(1e300),
  'a safe bigint': same(() => -12n),
  'the last safe bigint': same(() => 2n ** 53n - 1n),
  'a bigint that is not safe': big(2n ** 53n + 1n),
  'the last bigint within int64': big(2n ** 63n - 1n),
  'the first bigint beyond': same(() => 2n ** 63n),
  'the least bigint within int64': big(-(2n ** 63n)),
  'a bigint of many digits': same(() => 1n << 4090n),
  'a bigint of too many': same(() => 1n << 100_000n),
  'a date': same(() => new Date(1.5)),
  'the last date': same(() => new Date(8.64e15)),
  'a date that is none': same(() => new Date(Number.NaN)),
  'a map': same(() => new Map<unknown, unknown>([[1n, new Set([1, [new Map([[Symbol('k'), 2]])]])], ['__proto__', 3]])),
  'bytes': same(() => Buffer.from('bytes')),
  'no bytes': same(() => new Uint8Array()),
  'a view': same(() => new Uint16Array([1, 256])),
  'a view of a part': same(() => new DataView(new Uint8Array([1, 2, 3]).buffer, 1)),
  'a buffer': same(() => new Uint8Array([7]).buffer),
  'shared memory': same(() => new SharedArrayBuffer(3)),
  'a URL': same(() => new URL('http://a.example/?b=c')),
  'headers': same(() => new Headers({ accept: 'a' })),
  'a pattern': same(() => /a+/gi),
  'a boxed number': same(() => Object(5)),
  'an error': same(() => Object.assign(new TypeError('bad', { cause: Object.assign(new Error('why'), { stack: 'there' }) }), { stack: 'here', type: 'own' })),
  'an instance': same(() => new Point()),
  'a toJSON': same(() => ({ toJSON: () => ({ j: new Date(0), __proto__: null }) })),
  'a toJSON that throws': same(() => ({ toJSON: no, kept: 1 })),
  'a getter that throws': same(unreadable),
  'a proxy that throws': same(() => new Proxy({}, { get: no, ownKeys: no, getPrototypeOf: no, has: no })),
  'a revoked proxy': same(revoked),
  'no prototype': same(() => Object.assign(Object.create(null), { n: 1 })),
  'a list with holes': same(() => Object.assign([undefined, no], { 5: 1 })),
  'lists in lists': same(() => [[], [[]], [{}], [null, [undefined]]]),
  'keys that pollute': same(() => JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":1},"":2}')),
  'a circle': same(circle),
  'levels that fit': same(() => chain(62)),
  'levels that do not': same(() => chain(66)),
  'another realm': same(() => vm.runInNewContext('({ e: Object.assign(new Error("x"), { stack: "s" }), m: new Map([[1, 2]]) })')),
};

/** How an event is given to a logger: `log` or `track` with data and options. */
export type Give = (name: string, data: object, options: LogOptions) => void;

/** One event that loggers are given, whatever their delivery is. */
export interface HostileEvent extends Pick<ValueRule, 'throughSdk'> {
  readonly title: string;
  readonly give: (events: EventLogger, give: Give) => void;
  /** What a scope is to fail with, if anything. */
  readonly failure?: () => unknown;
}

const plain = (data: () => object, options: () => LogOptions = () => ({})): HostileEvent['give'] => {
  return (_, give) => give('', data(), options());
};

const PLACES: Readonly<Record<string, (value: () => unknown) => HostileEvent['give']>> = {
  'at the top': (value) => plain(() => ({ before: 1, value: value(), after: 2 })),
  'as the data': (value) => plain(() => value() as object),
  'in a map': (value) => plain(() => ({ map: { value: value(), after: 2 } })),
  'in a list': (value) => plain(() => ({ list: [1, value(), [value()]] })),
  'in a session': (value) =>
    plain(
      () => ({ after: 1 }),
      () => ({ session: { value: value() } }),
    ),
  'in a context': (value) => (events, give) =>
    events.context({ value: value() }, () => give('', { after: 1 }, {})),
};

const HUGE = 30 * 1024 * 1024;
const keys = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));

/** Large ones have small neighbours, which are not to suffer. */
const LARGE: Readonly<Record<string, Omit<HostileEvent, 'title'>>> = {
  'a small one before': { give: plain(() => ({ n: 1 })) },
  'four million characters': { give: plain(() => ({ before: 1, text: '漢'.repeat(4_000_000), after: [1] })) },
  'four million more': { give: plain(() => ({ text: '漢'.repeat(4_000_000), list: ['a', 'b'] })) },
  'a small one behind': { give: plain(() => ({ n: 2 })) },
  'a user of thirty megabytes': {
    give: plain(
      () => ({ n: 3 }),
      () => ({ userId: 'u'.repeat(HUGE) }),
    ),
  },
  'a message of thirty megabytes': {
    give: plain(
      () => ({ n: 4 }),
      () => ({ message: '漢'.repeat(HUGE / 3) }),
    ),
  },
  'a failure of thirty megabytes': {
    give: plain(() => ({ n: 5 })),
    failure: () => Object.assign(new Error('m'.repeat(HUGE)), { stack: 's'.repeat(HUGE) }),
  },
  'bytes of thirty megabytes': { give: plain(() => ({ bytes: Buffer.alloc(HUGE), n: 6 })) },
  'a session of thirty megabytes': {
    give: plain(
      () => ({ n: 7 }),
      () => ({ session: { a: 'x'.repeat(HUGE), b: 1 } }),
    ),
  },
  'just what fits': { give: plain(() => ({ text: 'x'.repeat(4 * 1024 * 1024 - 200) })) },
  'a little more': { give: plain(() => ({ text: 'x'.repeat(4 * 1024 * 1024), n: 8 })) },
  'two hundred keys': { give: plain(() => keys(200)) },
  'two hundred keys that pollute': {
    give: plain(() => ({
      ...keys(200),
      ...JSON.parse('{"__proto__":1,"constructor":2,"data":3,"data.x":4,"user.id":5,"":6}'),
    })),
  },
  'as many keys as fit': { give: plain(() => keys(126)) },
  'a list of a hundred thousand': {
    give: plain(() => ({ list: Array.from({ length: 100_000 }, () => ({ a: 'b' })) })),
  },
  'tags and names': {
    give: plain(
      () => ({ n: 9 }),
      () => ({ tags: ['a', '漢'.repeat(9000)], category: 'c\ud83d' }),
    ),
  },
  'the last small one': { give: plain(() => ({ n: 10 })) },
};

export const HOSTILE_EVENTS: readonly HostileEvent[] = [
  ...Object.entries(VALUES).flatMap(([what, { make, throughSdk }]) =>
    Object.entries(PLACES).map(([where, place]) => ({
      title: `${what} ${where}`,
      give: place(make),
      ...(throughSdk === undefined ? {} : { throughSdk }),
    })),
  ),
  ...Object.entries(LARGE).map(([title, event]) => ({ title, ...event })),
];
