import { createHash } from 'node:crypto';

/** A text, and what of it a pattern is to take: nothing, where it only looks like that. */
export interface Case {
  readonly text: string;
  readonly taken?: string;
}

/** What a ready pattern is held against. */
export interface Corpus {
  readonly trueCases: readonly Case[];
  readonly falseCases: readonly Case[];
}

/** The same numbers each time. @see Numerical Recipes, "ranqd1" */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = randomOf(20_260_101);
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
const digits = (count: number): string => times(count, () => random(10)).join('');
const hex = (length: number): string => hashed(length).slice(0, length);
const hashed = (length: number): string =>
  createHash(length > 64 ? 'sha512' : 'sha256')
    .update(digits(20))
    .digest('hex');
const plain = (texts: readonly string[]): Case[] => texts.map((text) => ({ text }));

/** Digits with the check digit behind them. */
function withCheckDigit(body: string): string {
  const sum = [...body].reverse().reduce((all, digit, at) => {
    const counted = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return all + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

const cardOf = (prefix: string, length: number): string =>
  withCheckDigit(prefix + digits(length - prefix.length - 1));
const grouped = (card: string, separator: string): string => {
  const sizes = card.length === 15 ? [4, 6, 5] : card.length === 14 ? [4, 6, 4] : [4, 4, 4, 4, 4];
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((all, size) => all + size, 0));
  const groups = sizes.map((size, index) => card.slice(starts[index], (starts[index] as number) + size));
  return groups.filter((group) => group !== '').join(separator);
};

const ISSUED: readonly (readonly [prefix: string, length: number])[] = [
  ['4', 16],
  ['4', 16],
  ['4', 16],
  ['4', 19],
  ['51', 16],
  ['53', 16],
  ['55', 16],
  ['2221', 16],
  ['2500', 16],
  ['2720', 16],
  ['34', 15],
  ['37', 15],
  ['300', 14],
  ['36', 14],
  ['38', 14],
  ['6011', 16],
  ['644', 16],
  ['65', 16],
  ['3528', 16],
  ['3589', 16],
  ['62', 16],
  ['62', 19],
  ['6759', 16],
  ['2200', 16],
  ['508', 16],
];

const SEPARATORS = ['', '', '', ' ', ' ', '-', '.', '\u00a0', '  ', ' - ', '\u2009', '\u2011', '_', '%20'];

/** What stands around a card number in real texts. */
const CARD_FRAMES: readonly ((card: string) => string)[] = [
  (card) => card,
  (card) => `${card} 12/27`,
  (card) => `${card} cvv 737`,
  (card) => `order 17 ${card}`,
  (card) => `12 items, ${card}, 3 left`,
  (card) => `{ pan: ${card} }`,
  (card) => JSON.stringify({ card, cvv: '123' }),
  (card) => `https://shop.example/pay?pan=${card}&exp=1227`,
  (card) => `card:${card}.`,
  (card) => `PAN${card}`,
  (card) => `;${card}=27121010000000?`,
  (card) => `2026-01-02T10:00:00Z paid with ${card} (visa)`,
  (card) => `<pan>${card}</pan>`,
  (card) => `tok_${card}`,
  (card) => `${card}\n${digits(3)}`,
];

const cardTrue = times(1500, (): Case => {
  const [prefix, length] = pick(ISSUED);
  const taken = grouped(cardOf(prefix, length), pick(SEPARATORS));
  return { text: pick(CARD_FRAMES)(taken), taken };
});

/** Well-known numbers for tests of payments, in the ways people write them. */
const cardTrueByHand: Case[] = [
  ...['4111111111111111', '4012888888881881', '4222222222222', '5555555555554444', '5105105105105100'],
  ...['378282246310005', '371449635398431', '30569309025904', '38520000023237', '6011000990139424'],
  ...['3530111333300000', '6304000000000000', '2223003122003222', '6200000000000005', '4000000000000000006'],
]
  .flatMap((taken): Case[] => [
    { text: taken, taken },
    { text: `17 ${taken} 12/27`, taken },
    { text: `${taken} 737`, taken },
  ])
  .concat([
    { text: '4111 1111 1111 1111 737', taken: '4111 1111 1111 1111' },
    { text: '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', taken: '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1' },
    { text: '411111 1111111111', taken: '411111 1111111111' },
    { text: '4111 11111111 1111', taken: '4111 11111111 1111' },
  ]);

const uuid = (): string => {
  const all = hex(32);
  return [
    all.slice(0, 8),
    all.slice(8, 12),
    `4${all.slice(13, 16)}`,
    `a${all.slice(17, 20)}`,
    all.slice(20),
  ].join('-');
};
const ofDigits = (): string => [digits(8), digits(4), `4${digits(3)}`, `8${digits(3)}`, digits(12)].join('-');
const at = (): number => 1_500_000_000_000 + random(400_000_000) * 1000 + random(1000);
const two = (below: number): string => String(1 + random(below)).padStart(2, '0');
const day = (): string => `20${two(30)}${two(12)}${two(28)}`;
const article = (first: string): string => {
  const body = first + digits(12 - first.length);
  const sum = [...body].reduce((all, digit, index) => all + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
};

const CARD_LOOKALIKES: readonly (() => string)[] = [
  // Ids of chats and posts: milliseconds since 2015 or 2010, and 22 bits.
  () => String((BigInt(at() - 1_420_070_400_000) << 22n) + BigInt(random(4_194_304))),
  () => String((BigInt(at() - 1_288_834_974_657) << 22n) + BigInt(random(4_194_304))),
  uuid,
  ofDigits,
  () => uuid().toUpperCase(),
  () => hex(32),
  () => hex(40),
  () => hex(64),
  () => hex(24),
  () => `sha256:${hex(64)}`,
  () => `00-${hex(32)}-${hex(16)}-01`,
  () => String(at()),
  () => `${at()}${digits(3)}`,
  () => `${at()}${digits(6)}`,
  () => `${at()}-0`,
  () => `${day()}${two(23)}${two(59)}${two(59)}`,
  () => `${day()}${two(23)}${two(59)}${two(59)}${digits(3)}`,
  () => `${day()}-${two(23)}${two(59)}${two(59)}-${digits(4)}`,
  () => new Date(at()).toISOString(),
  () => `order ${digits(10)}`,
  () => `#${digits(12)}`,
  () => `${pick(['1', '2', '4', '7'])}${digits(2)}-${digits(7)}-${digits(7)}`,
  () => `INV-${day()}-${digits(6)}`,
  () => article(pick(['40', '42', '49', '50', '30', '73'])),
  () => `+${pick(['49', '44', '34', '62', '52', '1'])}${digits(10)}`,
  () => `+${pick(['49', '44', '34'])} ${digits(3)} ${digits(4)} ${digits(4)}`,
  () => String(random(1_000_000_000) / 999_999_937),
  () => `${4 + random(2)}.${digits(15)}`,
  () => `lat ${random(90)}.${digits(14)} lon -${random(180)}.${digits(14)}`,
  () => `10.${random(256)}.${random(256)}.${random(256)}:${random(65_536)}`,
  () => `ID:broker-${random(60_000)}-${at()}-${random(9)}:${random(99)}:1:1:1`,
  () => `1Z${digits(6)}${digits(10)}`,
  () => `DE${digits(2)} ${digits(4)} ${digits(4)} ${digits(4)} ${digits(2)}`,
  () => `01${digits(26)}`,
  () => `v${random(9)}.${random(99)}.${random(99)}-${day()}${digits(6)}`,
  () => `4 ${digits(3)} 5 ${digits(3)} 6 ${digits(3)} 7 ${digits(3)}`,
  () => `pid ${random(65_536)} took ${digits(4)} ms, ${digits(6)} bytes`,
];

/** What no look can tell from a card: as many digits, and nothing else known. How often they are taken is told too. */
export const UNTELLABLE: readonly (readonly [what: string, texts: readonly string[]])[] = [
  ['random numbers of 16 digits', times(5000, () => `${1 + random(9)}${digits(15)}`)],
  ['random numbers of 63 bits', times(5000, () => String(BigInt(`0x${hex(16)}`) >> 1n))],
  ['random numbers of 13 digits', times(5000, () => `${1 + random(9)}${digits(12)}`)],
];

const NAMES = [
  'joe',
  'ann.lee',
  'j.o+e_1',
  "o'brien",
  'jörg',
  '李明',
  'root',
  'a',
  'x_y-z',
  '0815',
  'joe%tag',
];
const DOMAINS = ['example.com', 'sub.example.co.uk', 'exämple.de', 'xn--exmple-cua.com', 'b.org', '163.com'];
const MAIL_FRAMES: readonly ((address: string) => string)[] = [
  (address) => address,
  (address) => `write to ${address}, please`,
  (address) => `<${address}>`,
  (address) => `"Joe" <${address}>;`,
  (address) => `{"mail":"${address}","n":1}`,
  (address) => `{'mail':'${address}'}`,
  (address) => `https://x/reset?user=1&mail=${address}`,
  (address) => `https://x/reset?mail=${address}&user=1#top`,
  (address) => `mailto:${address}?subject=hello`,
  (address) => `/users/${address}/orders`,
  (address) => `user=${address};`,
  (address) => `(${address}).`,
  (address) => `| ${address} |`,
  (address) => `*${address}*`,
  (address) => `no such user: ${address}\n    at x`,
];

const mailTrue = times(600, (): Case => {
  const taken = `${pick(NAMES)}@${pick(DOMAINS)}`;
  return { text: pick(MAIL_FRAMES)(taken), taken };
});

const mailTrueByHand: Case[] = [
  { text: 'root@localhost', taken: 'root@localhost' },
  { text: 'joe@[192.168.0.1] wrote', taken: 'joe@[192.168.0.1]' },
  { text: 'https://x/?mail=a%40b.org&n=1', taken: 'a%40b.org' },
  { text: '?next=%2Freset%3Fmail%3Da%40b.org%26n=1', taken: 'a%40b.org' },
  { text: '@joe@mastodon.example wrote', taken: 'joe@mastodon.example' },
  { text: 'saved joe@example.com.json', taken: 'joe@example.com.json' },
  { text: 'npm owner add joe@example.com react@18.2.0', taken: 'joe@example.com' },
  { text: `${'a'.repeat(129)}@example.com`, taken: `${'a'.repeat(129)}@example.com` },
];

const PACKAGES = [
  'react',
  'lodash',
  '@types/node',
  'actions/checkout',
  'docker/build-push-action',
  'std',
  'vue',
];
const version = (): string => `${random(30)}.${random(30)}.${random(30)}`;
const MAIL_LOOKALIKES: readonly (() => string)[] = [
  () => `${pick(PACKAGES)}@${version()}`,
  () => `${pick(PACKAGES)}@v${1 + random(9)}`,
  () => `uses: ${pick(PACKAGES)}@v${version()}`,
  () => `${pick(PACKAGES)}@${version()}-${pick(['beta', 'rc', 'canary', 'alpha.x', 'next'])}.${random(9)}`,
  () => `${pick(PACKAGES)}@^${version()}`,
  () => `${pick(PACKAGES)}@${pick(['latest', 'next', 'main', 'master', 'canary'])}`,
  () => `https://cdn.example/npm/${pick(PACKAGES)}@${version()}/dist/index.min.js`,
  () => `${pick(PACKAGES)}@${random(20)}.${pick(['production', 'slim'])}.min.js`,
  () => `${pick(PACKAGES)}@${random(20)}.x`,
  () => `registry.example/app@sha256:${hex(64)}`,
  () => `icon@${1 + random(3)}x.png`,
  () => `getty@tty${random(9)}.service`,
  () => `golang.example/x/net@v${version()}`,
  () => `java.lang.Object@${hex(8)}`,
  () => `${pick(PACKAGES)}@${hex(7)}`,
  () => `@${pick(['Component', 'app.route', 'media', 'param'])} x`,
  () => `${random(100)} @ ${random(100)}`,
  () => `node_modules/.pnpm/${pick(PACKAGES)}@${version()}_${pick(PACKAGES)}@${version()}/node_modules`,
];

const address = (): string => times(4, () => random(256)).join('.');
const ADDRESS_FRAMES: readonly ((address: string) => string)[] = [
  (ip) => ip,
  (ip) => `from ${ip}:${random(65_536)}`,
  (ip) => `http://${ip}/`,
  (ip) => `https://user@${ip}:8080/x`,
  (ip) => `${ip}/24`,
  (ip) => `::ffff:${ip}`,
  (ip) => `connect ECONNREFUSED ${ip}:5432`,
  (ip) => `db.example/${ip}:5432`,
  (ip) => `${ip}.`,
  (ip) => `["${ip}"]`,
  (ip) => `ip=${ip}&n=1`,
  (ip) => `ip-${ip}.internal`,
  (ip) => `${ip} - - [01/Jan/2026:10:00:00 +0000] "GET / HTTP/1.1" 200`,
  (ip) => `IPv4 ${ip}`,
  (ip) => `server ${ip}`,
  (ip) => `/api/hosts/${ip}`,
];

const ipTrue = times(600, (): Case => {
  const taken = address();
  return { text: pick(ADDRESS_FRAMES)(taken), taken };
});

const ipTrueByHand: Case[] = [
  { text: '192.168.001.001', taken: '192.168.001.001' },
  { text: 'Chrome/124.0.0.0 from 10.0.0.1', taken: '10.0.0.1' },
  { text: 'x-forwarded-for: 203.0.113.7', taken: '203.0.113.7' },
];

const major = (): string => `${90 + random(60)}.0.0.0`;
const MOZILLA = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';
const IP_LOOKALIKES: readonly (() => string)[] = [
  () => `${MOZILLA} Chrome/${major()} Safari/537.36`,
  () => `${MOZILLA} Chrome/${major()} Safari/537.36 Edg/${major()}`,
  () => `${MOZILLA} Chrome/${major()} Safari/537.36 OPR/${major()}`,
  () => `${MOZILLA} HeadlessChrome/${major()} Safari/537.36`,
  () => `${MOZILLA} Chrome/${major()} YaBrowser/24.${random(9)}.0.0 Safari/537.36`,
  () => `mozilla/5.0 (x11; linux) chrome/${major()} safari/537.36`,
  () => `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 SamsungBrowser/24.0.${random(9)}.${random(9)}`,
  () => `Mozilla/5.0 (iPhone) CriOS/${100 + random(50)}.0.${random(200)}.${random(100)} Mobile/15E148`,
  () => `WhatsApp/2.24.${random(9)}.${random(99)} A`,
  () => `[FBAN/FBIOS;FBAV/${random(255)}.0.0.${random(99)};]`,
  () => `"Chromium";v="${major()}", "Not.A/Brand";v="99.0.0.0"`,
  () => `{"brand":"Chrome","version":"${major()}"}`,
  () => `Foo, Version=4.0.0.0, Culture=neutral`,
  () => `app version ${random(20)}.${random(20)}.${random(20)}.${random(20)}`,
  () => `v${random(20)}.${random(20)}.${random(20)}.${random(20)}`,
  () => `tool-${random(20)}.${random(20)}.${random(20)}.${random(20)}.zip`,
  () => `${random(20)}.${random(20)}.${random(20)}`,
  () => `1.3.6.1.4.1.${random(9999)}.1`,
  () => `${256 + random(700)}.${random(256)}.${random(256)}.${random(256)}`,
  () => `${random(256)}.${random(256)}.${random(256)}.${256 + random(700)}`,
  () => `section ${random(9)}.${random(9)}.${random(9)}`,
];

const lookalikes = (makers: readonly (() => string)[], each: number): Case[] =>
  plain(makers.flatMap((make) => times(each, make)));

export const CORPORA: Readonly<Record<'CARD' | 'EMAIL' | 'IPV4', Corpus>> = {
  CARD: { trueCases: [...cardTrueByHand, ...cardTrue], falseCases: lookalikes(CARD_LOOKALIKES, 100) },
  EMAIL: { trueCases: [...mailTrueByHand, ...mailTrue], falseCases: lookalikes(MAIL_LOOKALIKES, 50) },
  IPV4: { trueCases: [...ipTrueByHand, ...ipTrue], falseCases: lookalikes(IP_LOOKALIKES, 50) },
};
