import { lookup } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { OtelEventsError } from '../../errors.ts';
import { GrowingBuffer, gatherBytes } from '../../gather-bytes.ts';
import { schemaInvalid } from '../document/schema-document.ts';
import { isPrivateAddress } from './is-private-address.ts';
import { MAX_SCHEMA_BYTES } from './read-schema-text.ts';

/** How a schema is fetched. */
export interface FetchSchemaOptions {
  /** Whether it may come from an address that only this machine or its network knows. Default: false. */
  readonly allowPrivate?: boolean;
  /** For everything, redirects included, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Default: 1 MiB, which is also the most. */
  readonly maxBytes?: number;
}

const MAX_REDIRECTS = 5;

interface Fetch {
  readonly source: string;
  readonly allowPrivate: boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Fetches the text of a schema over http or https. Addresses are checked where the connection is made, so that
 * neither a name nor a redirect leads into the machine's own network.
 * @throws OtelEventsError `SCHEMA_INVALID`, `OPTION_INVALID`
 */
export async function fetchSchema(url: string | URL, options: FetchSchemaOptions = {}): Promise<string> {
  const { allowPrivate = false, timeoutMs = 10_000, maxBytes = MAX_SCHEMA_BYTES } = options;
  checkLimit('timeoutMs', timeoutMs);
  checkLimit('maxBytes', maxBytes);
  let target = URL.parse(String(url));
  if (target === null) throw schemaInvalid('URL of a schema', '', 'wanted an absolute http or https URL');
  // Without what may be secret: user, password and query.
  const source = `URL ${target.origin}${target.pathname}`;
  const signal = AbortSignal.timeout(timeoutMs);
  const bounds = { source, allowPrivate, maxBytes: Math.min(maxBytes, MAX_SCHEMA_BYTES), signal };
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await fetchOnce(target, bounds);
      if (typeof answer === 'string') return answer;
      if (target.protocol === 'https:' && answer.protocol === 'http:') {
        throw schemaInvalid(source, '', 'it redirects from https to http');
      }
      target = answer;
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw schemaInvalid(source, '', `it took more than ${timeoutMs} ms`, { cause });
  }
  throw schemaInvalid(source, '', `it redirects more than ${MAX_REDIRECTS} times`);
}

function checkLimit(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 1 && value <= 2 ** 31 - 1) return;
  throw new OtelEventsError('OPTION_INVALID', `registerSchemaUrl: ${name}: wanted a number of at least 1`);
}

/** @returns the text, or where it is said to be instead */
async function fetchOnce(url: URL, { source, allowPrivate, maxBytes, signal }: Fetch): Promise<string | URL> {
  const send = url.protocol === 'https:' ? overHttps : url.protocol === 'http:' ? overHttp : undefined;
  if (send === undefined) throw schemaInvalid(source, '', `wanted http or https, got ${url.protocol}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const fix = 'set allowPrivate to fetch schemas from your own network';
  // A literal address is not looked up.
  if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) {
    throw schemaInvalid(source, '', 'it leads to a private address', { fix });
  }
  const request = send(url, {
    signal,
    agent: false,
    headers: {
      accept: 'application/schema+json, application/json, application/yaml',
      'accept-encoding': 'identity',
    },
    ...(allowPrivate ? {} : { lookup: lookupPublic }),
  });
  let response: IncomingMessage;
  try {
    response = await responseOf(request);
  } catch (cause) {
    request.destroy();
    if (cause instanceof PrivateAddress) {
      throw schemaInvalid(source, '', 'it leads to a private address', { fix });
    }
    const code = (cause as { code?: string }).code ?? (cause as Error).name;
    throw schemaInvalid(source, '', `it cannot be fetched: ${code}`, { cause });
  }
  try {
    return await read(response, url, source, maxBytes);
  } finally {
    request.destroy();
  }
}

class PrivateAddress extends Error {}

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '');
    const [first] = addresses;
    // One that is private among others is enough: which of them is connected to is not ours to say.
    if (first === undefined || addresses.some(({ address }) => isPrivateAddress(address))) {
      return callback(new PrivateAddress(), '');
    }
    if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end();
  });
}

async function read(
  response: IncomingMessage,
  url: URL,
  source: string,
  maxBytes: number,
): Promise<string | URL> {
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    const target = URL.parse(headers.location, url.href);
    if (target === null) throw schemaInvalid(source, '', 'it redirects to what is no URL');
    return target;
  }
  if (statusCode !== 200) throw schemaInvalid(source, '', `wanted status 200, got ${statusCode}`);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw schemaInvalid(source, '', 'it is compressed, which was not asked for');
  const tooLarge = schemaInvalid(source, '', `it is larger than ${maxBytes} bytes`);
  if (Number(headers['content-length']) > maxBytes) throw tooLarge;
  const text = new GrowingBuffer({ maxBytes });
  let isWhole: boolean;
  try {
    isWhole = await gatherBytes(response, text);
  } catch (cause) {
    throw schemaInvalid(source, '', 'the answer ended before it was complete', { cause });
  }
  if (!isWhole) throw tooLarge;
  return text.take().toString('utf8');
}
