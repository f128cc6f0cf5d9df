import { createHash, createSecretKey } from 'node:crypto';
import { runInNewContext, runInThisContext } from 'node:vm';

/** Values that some code somewhere cannot read, or not to the end, by name; each is made anew. */
export const ODDITIES: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
  ['one', () => 1],
  ['text', () => 'text'],
  ['undefined', () => undefined],
  ['null', () => null],
  ['NaN', () => Number.NaN],
  ['infinity', () => Number.NEGATIVE_INFINITY],
  ['minus zero', () => -0],
  ['largest number', () => Number.MAX_VALUE],
  ['bigint', () => 2n ** 63n],
  ['huge bigint', () => 2n ** 200_000n],
  ['symbol', () => Symbol('s')],
  ['symbol without a text', () => Symbol()],
  ['function', () => () => {}],
  ['class', () => class Odd {}],
  ['lone surrogate', () => 'a\udc00b'],
  ['date', () => new Date(0)],
  ['invalid date', () => new Date(Number.NaN)],
  ['date far away', () => new Date(8.64e15)],
  [
    'date whose methods throw',
    () => Object.assign(new Date(0), { toISOString: explode, getTime: explode, toJSON: explode }),
  ],
  ['regexp', () => /(a+)+$/],
  ['regexp whose source throws', () => Object.defineProperty(/x/, 'source', { get: explode })],
  ['url', () => new URL('http://a:b@c/d?e=f')],
  ['search params', () => new URLSearchParams('a=b')],
  ['buffer', () => Buffer.from([0, 255])],
  ['large buffer', () => Buffer.alloc(5_000_000, 7)],
  ['float array', () => new Float64Array([Number.NaN, -0])],
  ['bigint array', () => new BigInt64Array([-1n])],
  ['data view', () => new DataView(new ArrayBuffer(3), 1)],
  ['array buffer', () => new ArrayBuffer(3)],
  ['shared buffer', () => new SharedArrayBuffer(3)],
  ['view of a shared buffer', () => new Uint8Array(new SharedArrayBuffer(3))],
  ['detached buffer', () => detached().buffer],
  ['detached view', detached],
  ['resized view', resized],
  ['bytes whose length throws', () => Object.defineProperty(new Uint8Array(2), 'length', { get: explode })],
  ['bytes whose buffer throws', () => Object.defineProperty(new Uint8Array(2), 'buffer', { get: explode })],
  ['weak map', () => new WeakMap()],
  ['weak ref', () => new WeakRef({})],
  ['promise', () => Promise.resolve(1)],
  ['rejected later', () => Object.fromEntries([['then', explode]])],
  ['generator', () => endless()],
  ['iterator helper', () => runInThisContext('(function* () { for (;;) yield 1; })().map((n) => n)')],
  ['arguments', () => runInThisContext('(function () { return arguments; })(1, 2)')],
  ['global', () => globalThis],
  ['process', () => process],
  ['module', () => runInNewContext('this')],
  ['web assembly', () => runInThisContext('new WebAssembly.Memory({ initial: 1 })')],
  ['headers', () => new Headers([['a', 'b']])],
  ['response', () => new Response('x')],
  ['request', () => new Request('http://a/')],
  ['blob', () => new Blob(['x'])],
  ['message port', closedPort],
  ['abort signal', () => AbortSignal.abort(new Error('x'))],
  ['intl', () => new Intl.DateTimeFormat()],
  ['hash', () => createHash('sha256')],
  ['key', () => createSecretKey(Buffer.alloc(16))],
  ['revoked proxy', () => revoked({})],
  ['revoked array proxy', () => revoked([])],
  ['revoked function proxy', () => revoked(() => {})],
  ['proxy that gives nothing', () => new Proxy({}, everyTrap(explode))],
  ['array proxy that gives nothing', () => new Proxy([], everyTrap(explode))],
  ['function proxy that gives nothing', () => new Proxy(() => {}, everyTrap(explode))],
  ['proxy without a prototype to tell', () => new Proxy({ a: 1 }, { getPrototypeOf: explode })],
  ['proxy without keys to tell', () => new Proxy({ a: 1 }, { ownKeys: explode })],
  ['proxy that throws nothing', () => new Proxy({ a: 1 }, { get: () => throwIt(undefined) })],
  ['proxy that throws a proxy', () => new Proxy({ a: 1 }, { get: () => throwIt(revoked({})) })],
  ['proxy without end', proxyWithoutEnd],
  [
    'proxy with keys without end',
    () =>
      new Proxy(
        {},
        {
          ownKeys: manyKeys,
          getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
          get: () => 1,
        },
      ),
  ],
  [
    'proxy that is never the same',
    () => new Proxy([], { get: (_, key) => (key === 'length' ? Math.random() * 1e6 : {}) }),
  ],
  [
    'array proxy of the largest length',
    () =>
      new Proxy([], { get: (target, key) => (key === 'length' ? 2 ** 53 - 1 : Reflect.get(target, key)) }),
  ],
  ['sparse array', () => sparse(2 ** 32 - 1)],
  ['smaller sparse array', () => sparse(20_000_000)],
  ['array whose length is not', () => Object.setPrototypeOf({ length: 2 ** 53 }, Array.prototype)],
  ['array that throws', () => Object.defineProperty([1, 2], 0, { get: explode, enumerable: true })],
  [
    'array whose methods throw',
    () =>
      Object.assign([1, 2], {
        map: explode,
        [Symbol.iterator]: explode,
        forEach: explode,
        includes: explode,
      }),
  ],
  ['array of another species', () => Object.assign([1], { constructor: { [Symbol.species]: explode } })],
  ['array with toJSON', () => Object.assign([1], { toJSON: explode })],
  [
    'getter that throws',
    () => ({
      get a() {
        return explode();
      },
      b: 1,
    }),
  ],
  [
    'getter that throws nothing',
    () => ({
      get a() {
        return throwIt(null);
      },
      b: 1,
    }),
  ],
  [
    'constructor that throws',
    () => Object.defineProperty({ a: 1 }, 'constructor', { get: explode, enumerable: true }),
  ],
  ['tag that throws', () => Object.defineProperty({ a: 1 }, Symbol.toStringTag, { get: explode })],
  [
    'hasInstance of nothing',
    () => ({ [Symbol.hasInstance]: explode, [Symbol.toPrimitive]: explode, [Symbol.iterator]: explode }),
  ],
  ['text that throws', () => ({ toString: explode, valueOf: explode })],
  ['object without a text', () => Object.create(null)],
  ['boxed text', () => new String('boxed')],
  ['boxed number', () => new Number(1)],
  ['boxed bigint', () => Object(1n)],
  ['boxed symbol', () => Object(Symbol('s'))],
  ['boxed number that throws', () => Object.assign(new Number(1), { valueOf: explode, toString: explode })],
  ['toJSON that throws', () => ({ a: 1, toJSON: explode })],
  ['toJSON that cannot be read', () => Object.defineProperty({ a: 1 }, 'toJSON', { get: explode })],
  [
    'toJSON of itself',
    () => {
      const it = { a: 1, toJSON: (): unknown => it };
      return it;
    },
  ],
  ['toJSON without end', toJsonWithoutEnd],
  ['toJSON of nothing', () => ({ toJSON: () => undefined })],
  [
    'map',
    () =>
      new Map<unknown, unknown>([
        [{}, 1],
        [Symbol('k'), 2],
        [null, 3],
      ]),
  ],
  ['map whose keys throw', () => new Map([[{ toString: explode }, 1]])],
  [
    'map without end',
    () =>
      new (class extends Map {
        override *[Symbol.iterator](): MapIterator<[unknown, unknown]> {
          for (let n = 0; ; n++) yield [`k${n}`, n];
        }
        override entries = this[Symbol.iterator];
        override forEach(tell: (value: unknown, key: unknown, map: Map<unknown, unknown>) => void): void {
          for (let n = 0; ; n++) tell(n, n, this);
        }
      })(),
  ],
  [
    'set without end',
    () =>
      new (class extends Set {
        override *[Symbol.iterator](): SetIterator<unknown> {
          for (let n = 0; ; n++) yield n;
        }
        override values = this[Symbol.iterator];
      })(),
  ],
  [
    'set without end of the same',
    () =>
      new (class extends Set {
        override *[Symbol.iterator](): SetIterator<unknown> {
          for (;;) yield undefined;
        }
      })(),
  ],
  ['map that grows as it is read', growing],
  ['map whose size lies', () => Object.defineProperty(new Map([[1, 2]]), 'size', { value: 1e9 })],
  ['set that throws', () => Object.assign(new Set([1]), { [Symbol.iterator]: explode })],
  ['error', () => new TypeError('bad', { cause: 'x' })],
  ['error whose stack throws', () => Object.defineProperty(new Error('x'), 'stack', { get: explode })],
  [
    'error whose message is none',
    () => Object.assign(new Error('x'), { message: { toString: explode }, name: Symbol('n') }),
  ],
  ['error of errors', () => new AggregateError([new Error('a'), revoked({})], 'many')],
  [
    'error that causes itself',
    () => {
      const error = new Error('x');
      error.cause = error;
      return error;
    },
  ],
  [
    'error with many causes',
    () => {
      let error = new Error('x');
      for (let n = 0; n < 5_000; n++) error = new Error('y', { cause: error });
      return error;
    },
  ],
  [
    'circle',
    () => {
      const it: Record<string, unknown> = { a: 1 };
      it.it = it;
      it.list = [it, new Map([['it', it]]), new Set([it])];
      return it;
    },
  ],
  ['many paths to the same', manyPaths],
  [
    'keys that pollute',
    () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  ],
  [
    'class instance',
    () =>
      new (class Point {
        x = 1;
        #y = 2;
        get y(): number {
          return this.#y;
        }
      })(),
  ],
  [
    'class with a static name',
    () =>
      new (class {
        static name = 'x';
        a = 1;
      })(),
  ],
  [
    'object of another realm',
    () =>
      runInNewContext(
        '({ a: 1, list: [1], map: new Map([["k", 1]]), date: new Date(0), error: new Error("x") })',
      ),
  ],
  ['array of another realm', () => runInNewContext('[1, [2]]')],
  ['map of another realm', () => runInNewContext('new Map([["k", 1]])')],
  ['error of another realm', () => runInNewContext('new RangeError("x")')],
  ['bytes of another realm', () => runInNewContext('new Uint8Array(3)')],
  ['promise of another realm', () => runInNewContext('Promise.resolve()')],
  ['frozen', () => Object.freeze({ a: Object.freeze([1]) })],
]);

function explode(): never {
  throw new Error('on purpose');
}

function throwIt(value: unknown): never {
  throw value;
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function everyTrap(trap: () => never): ProxyHandler<object> {
  const names = [
    'get',
    'has',
    'ownKeys',
    'getPrototypeOf',
    'getOwnPropertyDescriptor',
    'isExtensible',
    'apply',
    'set',
    'defineProperty',
  ];
  return Object.fromEntries(names.map((name) => [name, trap]));
}

function proxyWithoutEnd(): object {
  return new Proxy(
    {},
    {
      ownKeys: () => ['a', 'b'],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_, key) => (typeof key === 'symbol' || key === 'toJSON' ? undefined : proxyWithoutEnd()),
    },
  );
}

function manyKeys(): string[] {
  return Array.from({ length: 50_000 }, (_, index) => `k${index}`);
}

function toJsonWithoutEnd(): object {
  return { toJSON: toJsonWithoutEnd };
}

function growing(): unknown {
  const map = new Map<unknown, unknown>();
  map.set(
    'a',
    Object.defineProperty({}, 'x', { enumerable: true, get: () => void map.set(map.size, map.get('a')) }),
  );
  return map;
}

function manyPaths(): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < 40; level++) value = [value, value];
  return value;
}

function sparse(length: number): unknown[] {
  const list: unknown[] = [];
  list.length = length;
  return list;
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

function resized(): Uint8Array {
  const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
  const bytes = new Uint8Array(buffer, 4, 4);
  buffer.resize(2);
  return bytes;
}

function* endless(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

function closedPort(): unknown {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}
