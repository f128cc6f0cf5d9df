/** A shop's traffic over a day, from a seed: events and spans in sessions, with nested attributes, texts and stack traces. */
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';

export const DAY_MS = 86_400_000;
export const START_MS = 1_764_288_000_000;

/** One record, when it arrives, and of which service. */
export interface Arrival {
  readonly arrivesMs: number;
  readonly isSpan: boolean;
  readonly service: number;
  readonly record: OtlpObject;
}

export const SERVICES = ['shop-web', 'shop-api', 'payments', 'assistant', 'mailer', 'worker'];

export const NAMES = [
  'page.viewed',
  'product.viewed',
  'search.performed',
  'cart.item_added',
  'cart.item_removed',
  'checkout.started',
  'checkout.payment_entered',
  'checkout.completed',
  'checkout.failed',
  'order.shipped',
  'user.signed_in',
  'user.signed_out',
  'coupon.applied',
  'email.sent',
  'job.finished',
  'job.failed',
  'cache.missed',
  'gen_ai.client.inference.operation.details',
  'gen_ai.evaluation.result',
  'review.written',
  'feature.toggled',
  'upload.finished',
  'webhook.received',
];

const FUNNEL = [
  'product.viewed',
  'cart.item_added',
  'checkout.started',
  'checkout.payment_entered',
  'checkout.completed',
];
const COUNTRIES = [
  'US',
  'DE',
  'FR',
  'GB',
  'ES',
  'IT',
  'NL',
  'PL',
  'SE',
  'NO',
  'DK',
  'FI',
  'AT',
  'CH',
  'BE',
  'PT',
];
const FIRST_WORDS = [
  'order',
  'payment',
  'card',
  'declined',
  'shipped',
  'please',
  'help',
  'coffee',
  'the',
  'of',
  'and',
  'a',
];
const SYLLABLES =
  'ba be bi bo ca ce co da de di do fa fe ga go ha ka ke ki la le li lo ma me mo na ne no pa re ri ro sa se si so ta te ti to va ve vi'.split(
    ' ',
  );

type Attributes = Record<string, unknown>;

/** Makes traffic; the same for the same seed. */
export class Traffic {
  #state: number;
  readonly #words: string[] = [...FIRST_WORDS];
  readonly #agents: string[];

  constructor(seed: number) {
    this.#state = seed >>> 0;
    while (this.#words.length < 6000) {
      this.#words.push(Array.from({ length: 2 + this.#below(3) }, () => this.#of(SYLLABLES)).join(''));
    }
    const systems = ['X11; Linux x86_64', 'Windows NT 10.0; Win64; x64', 'Macintosh; Intel Mac OS X 10_15_7'];
    this.#agents = Array.from(
      { length: 60 },
      (_, at) =>
        `Mozilla/5.0 (${this.#of(systems)}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + at}.0.0.0 Safari/537.36`,
    );
  }

  /** So many records, in the order in which they arrive: up to 300 ms out of order. */
  make(rows: number): Arrival[] {
    const made: Arrival[] = [];
    while (made.length < rows) this.#session(made, rows);
    made.length = rows;
    return made.sort((one, other) => one.arrivesMs - other.arrivesMs);
  }

  #session(made: Arrival[], rows: number): void {
    let part: number;
    // More in the middle of the day.
    do part = this.#next();
    while (this.#next() > 0.35 + 0.65 * Math.sin(Math.PI * part));
    const who = {
      'user.id': `u${this.#below(50_000)}`,
      'session.id': this.#hex(16),
    };
    const shared = {
      country: COUNTRIES[this.#often(COUNTRIES.length)] as string,
      cart: `cart_${this.#hex(10)}`,
      conversation: `conv_${this.#hex(12)}`,
      agent: this.#of(this.#agents),
      locale: this.#of(['en-US', 'de-DE', 'fr-FR', 'es-ES']),
      plan: this.#of(['free', 'free', 'pro', 'team']),
    };
    const isBuying = this.#next() < 0.3;
    let ms = START_MS + part * DAY_MS;
    let step = 0;
    for (let action = 1 + this.#below(5); action > 0 && made.length < rows; action--) {
      const trace = this.#hex(32);
      const root = this.#hex(16);
      const service = this.#often(SERVICES.length);
      const tookMs = this.#spread(80, 1);
      const events = 1 + this.#often(4);
      for (let event = 0; event < events; event++) {
        const isStep = isBuying && event === 0 && step < FUNNEL.length && this.#next() < 0.8;
        const name = isStep ? (FUNNEL[step++] as string) : (NAMES[this.#often(NAMES.length)] as string);
        const atMs = ms + this.#next() * tookMs;
        const record = this.#event(name, atMs, trace, root, who, shared);
        made.push({ arrivesMs: atMs + this.#next() * 300, isSpan: false, service, record });
      }
      const spans = Math.max(1, Math.round(events * 0.5 * (0.6 + this.#next() * 0.9)));
      for (let span = 0; span < spans; span++) {
        const took = span === 0 ? tookMs : tookMs * this.#next() * 0.8;
        const atMs = span === 0 ? ms : ms + this.#next() * (tookMs - took);
        const record = this.#span(span === 0, atMs, took, trace, root, who, shared.agent);
        made.push({ arrivesMs: atMs + took + this.#next() * 300, isSpan: true, service, record });
      }
      ms += this.#spread(25_000, 1);
    }
  }

  #event(
    name: string,
    atMs: number,
    traceId: string,
    spanId: string,
    who: Attributes,
    shared: { readonly [key: string]: string },
  ): OtlpObject {
    const attributes: Attributes = { 'log.record.uid': this.#uid(atMs), ...who, ...this.#data(name, shared) };
    if (this.#next() < 0.7) {
      attributes['event.context'] = {
        ip: this.#address(),
        user_agent: shared.agent,
        locale: shared.locale,
        page: {
          path: `/${this.#text(1)}`,
          referrer: this.#next() < 0.4 ? `https://${this.#text(1)}.example/` : null,
        },
      };
    }
    if (this.#next() < 0.5)
      attributes['event.session'] = { plan: shared.plan, ab: { hero: this.#of(['x', 'y', 'z']) } };
    if (this.#next() < 0.2) attributes['event.tags'] = [this.#of(['web', 'ios', 'android']), 'beta'];
    if (this.#next() < 0.000005) attributes.rare = 'needle-in-haystack';
    const isFailure = name.endsWith('failed');
    return {
      timeUnixNano: nanos(atMs),
      observedTimeUnixNano: nanos(atMs + 1),
      severityNumber: isFailure ? 17 : this.#next() < 0.05 ? 13 : 9,
      eventName: name,
      body: { stringValue: this.#next() < 0.3 ? this.#text(4 + this.#below(8)) : name },
      attributes: keyValues(attributes),
      traceId,
      spanId,
    };
  }

  #span(
    isRoot: boolean,
    atMs: number,
    tookMs: number,
    traceId: string,
    root: string,
    who: Attributes,
    agent: string,
  ): OtlpObject {
    const status = this.#next() < 0.02 ? 500 : this.#next() < 0.05 ? 404 : 200;
    const route = this.#of(['cart', 'checkout', 'products/:id', 'search', 'api/orders']);
    const method = this.#of(['GET', 'POST']);
    const attributes: Attributes = isRoot
      ? {
          'http.request.method': method,
          'http.response.status_code': status,
          'url.path': `/${this.#text(1)}/${this.#below(100_000)}`,
          'url.scheme': 'https',
          'server.address': 'shop.example',
          'client.address': this.#address(),
          'user_agent.original': agent,
          'http.route': `/${route}`,
          ...who,
          'network.protocol.version': '1.1',
          'http.response.body.size': Math.round(this.#spread(9000, 1)),
        }
      : {
          'db.system.name': this.#of(['postgresql', 'redis']),
          'db.query.text': `SELECT * FROM ${this.#text(1)} WHERE id = $1 AND ${this.#text(1)} = $2`,
          'server.address': `db-${this.#below(4)}.internal`,
          'db.response.returned_rows': this.#often(200),
          'thread.id': this.#below(8),
        };
    return {
      traceId,
      spanId: isRoot ? root : this.#hex(16),
      ...(isRoot ? {} : { parentSpanId: root }),
      name: isRoot
        ? `${method} /${route}`
        : this.#of(['SELECT orders', 'SELECT products', 'redis GET', 'render']),
      kind: isRoot ? 2 : 3,
      startTimeUnixNano: nanos(atMs),
      endTimeUnixNano: nanos(atMs + tookMs),
      attributes: keyValues(attributes),
      status: isRoot && status === 500 ? { code: 2 } : {},
    };
  }

  #data(name: string, shared: { readonly [key: string]: string }): Attributes {
    const sku = (): string => `SKU-${10_000 + this.#often(3000)}`;
    const money = (): number => Math.round(this.#spread(50, 0.8) * 100) / 100;
    const cart = { id: shared.cart, lines: 1 + this.#below(8), total: money() };
    const address = {
      country: shared.country,
      city: this.#text(1),
      postal_code: String(10_000 + this.#below(80_000)),
    };
    switch (name) {
      case 'page.viewed':
        return {
          path: `/${this.#text(1)}/${this.#text(1)}`,
          title: this.#text(3 + this.#below(4)),
          load: { ttfb: money(), complete: money() },
          scroll: this.#below(100),
        };
      case 'product.viewed':
        return {
          sku: sku(),
          price: money(),
          position: this.#below(40),
          list: this.#of(['home', 'search', 'email']),
        };
      case 'search.performed':
        return {
          query: this.#text(1 + this.#below(4)),
          results: this.#often(500),
          took_ms: money(),
          filters: { price: { min: this.#below(10), max: 20 + this.#below(100) } },
        };
      case 'cart.item_added':
      case 'cart.item_removed':
        return { sku: sku(), qty: 1 + this.#often(6), price: money(), cart };
      case 'checkout.started':
      case 'checkout.payment_entered':
        return { cart, step: name.slice(9), address, method: this.#of(['card', 'paypal', 'invoice']) };
      case 'checkout.completed':
        return {
          order: 1e6 + this.#below(9e6),
          total: money(),
          currency: this.#of(['EUR', 'EUR', 'USD', 'GBP']),
          items: Array.from({ length: 1 + this.#often(6) }, () => ({
            sku: sku(),
            qty: 1 + this.#often(4),
            price: money(),
          })),
          address,
          paid: this.#next() < 0.97,
          coupon: this.#next() < 0.1 ? `C-${this.#hex(6)}` : null,
        };
      case 'checkout.failed':
        return {
          order: 1e6 + this.#below(9e6),
          total: money(),
          'error.type': this.#of(['CardDeclined', 'Timeout', 'AddressInvalid']),
          'exception.message': this.#of(['card declined by issuer', 'upstream timed out after 5000 ms']),
          'exception.stacktrace': Array.from(
            { length: 8 },
            () => `    at ${this.#text(1)} (/app/src/${this.#text(1)}.js:${this.#below(400)}:7)`,
          ).join('\n'),
          gateway: {
            name: this.#of(['stripe', 'adyen']),
            code: this.#of(['51', '05', '14']),
            attempt: 1 + this.#often(4),
          },
        };
      case 'job.finished':
      case 'job.failed':
        return {
          job: this.#of(['reindex', 'thumbnails', 'invoice']),
          rows: this.#often(100_000),
          took_ms: money(),
          queue: { name: this.#of(['default', 'low']), waited_ms: money() },
        };
      case 'gen_ai.client.inference.operation.details':
        return {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': this.#of(['openai', 'anthropic']),
          'gen_ai.request.model': this.#of(['gpt-x', 'gpt-x-mini', 'claude-y']),
          'gen_ai.usage.input_tokens': this.#often(3000) + 20,
          'gen_ai.usage.output_tokens': this.#often(1500) + 5,
          'gen_ai.response.id': `resp_${this.#hex(20)}`,
          'gen_ai.conversation.id': shared.conversation,
          'gen_ai.input.messages': [
            { role: 'user', parts: [{ type: 'text', content: this.#text(15 + this.#below(60)) }] },
          ],
          'gen_ai.output.messages': [
            { role: 'assistant', parts: [{ type: 'text', content: this.#text(30 + this.#below(120)) }] },
          ],
          'event.duration': Math.round(this.#spread(2.1, 0.6) * 1000) / 1000,
        };
      case 'gen_ai.evaluation.result':
        return {
          'gen_ai.evaluation.name': 'helpful',
          'gen_ai.evaluation.score.value': this.#below(2),
          'gen_ai.conversation.id': shared.conversation,
        };
      case 'review.written':
        return { sku: sku(), stars: 1 + this.#below(5), text: this.#text(20 + this.#below(60)) };
      case 'upload.finished':
        return {
          file: `${this.#text(1)}.png`,
          bytes: Math.round(this.#spread(200_000, 1.2)),
          sha: this.#hex(40),
        };
      case 'webhook.received':
        return {
          from: this.#of(['stripe', 'github']),
          payload: {
            id: this.#hex(24),
            object: { amount: this.#below(100_000), status: this.#of(['ok', 'pending', 'failed']) },
          },
        };
      case 'email.sent':
        return {
          template: this.#of(['welcome', 'receipt', 'reset']),
          size: this.#below(90_000),
          subject: this.#text(5),
        };
      default:
        return { reason: this.#text(2), mfa: this.#next() < 0.3 };
    }
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  #below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** Small numbers more often. */
  #often(limit: number): number {
    return Math.min(limit - 1, Math.floor(limit ** this.#next()) - 1);
  }

  /** Around a number, with a long tail. */
  #spread(middle: number, width: number): number {
    return (
      middle *
      Math.exp(width * Math.sqrt(-2 * Math.log(this.#next() + 1e-12)) * Math.cos(6.2831853 * this.#next()))
    );
  }

  #of<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  #hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += Math.floor(this.#next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, digits);
  }

  #text(words: number): string {
    return Array.from({ length: words }, () => this.#words[this.#often(6000)] as string).join(' ');
  }

  #address(): string {
    return `10.${this.#below(256)}.${this.#below(256)}.${this.#below(256)}`;
  }

  #uid(ms: number): string {
    const time = Math.floor(ms).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${this.#hex(3)}-8${this.#hex(3)}-${this.#hex(12)}`;
  }
}

function nanos(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}

function keyValues(attributes: Attributes): OtlpObject[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): OtlpObject {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value as Attributes) } };
}
