import types from 'node:util/types';
import { jupyterPayload } from '../formats/jupyter.ts';
import { StreamClient } from '../serve/stream-client.ts';
import { clearInterval, performance, setInterval } from '../time.ts';
import type { RecordedListener, RecordingLogger } from './events-api-options.ts';

const MAX_CLIENTS = 100;

/** Proxies and browsers end connections on which nothing comes. */
const HEARTBEAT_MS = 15_000;

/** What has not gone to a client after so long will not: it is let go, in milliseconds. */
const STALL_MS = 60_000;

/** How often to see whether the server is closing. */
const SWEEP_MS = 500;

const UTF8 = new TextEncoder();
const CONNECTED = UTF8.encode(': connected\n\n');
const HEARTBEAT = UTF8.encode(': heartbeat\n\n');

/** Sends recorded events to clients, as Server-Sent Events. It listens to the logger while there are clients. */
export class EventStream {
  readonly #events: RecordingLogger;
  readonly #heartbeatMs: number;
  readonly #stallMs: number;
  readonly #clients = new Set<StreamClient>();
  #timer: NodeJS.Timeout | undefined;
  #beatMs = 0;

  constructor(events: RecordingLogger, heartbeatMs: number = HEARTBEAT_MS, stallMs: number = STALL_MS) {
    this.#events = events;
    this.#heartbeatMs = heartbeatMs;
    this.#stallMs = stallMs;
  }

  /** @returns undefined if there are too many clients */
  open(isClosing: () => boolean): StreamClient | undefined {
    if (this.#clients.size >= MAX_CLIENTS) return undefined;
    const client = new StreamClient(isClosing, (closed) => this.#forget(closed));
    if (this.#clients.size === 0) this.#start();
    this.#clients.add(client);
    client.push(CONNECTED);
    return client;
  }

  /** Ends all streams. */
  close(): void {
    for (const client of this.#clients) client.close();
  }

  #start(): void {
    this.#events.addListener(this.#tell);
    this.#beatMs = performance.now();
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  #forget(client: StreamClient): void {
    if (!this.#clients.delete(client) || this.#clients.size > 0) return;
    this.#events.removeListener(this.#tell);
    clearInterval(this.#timer);
  }

  #sweep(): void {
    for (const client of this.#clients) {
      if (isOver(client) || client.isStalled(this.#stallMs)) client.close();
    }
    if (performance.now() - this.#beatMs < this.#heartbeatMs) return;
    this.#beatMs = performance.now();
    for (const client of this.#clients) client.pushIfIdle(HEARTBEAT);
  }

  readonly #tell: RecordedListener = (_, schemaId, data, text, number) => {
    const timestamp = new Date().toISOString();
    const payload = jupyterPayload({ timestamp, schemaId, version: number ?? text ?? null }, data);
    const written = `event: event\ndata: ${JSON.stringify(payload, plainValue)}\n\n`;
    // One for all clients: a hundred that do not read hold no more than one.
    const message = UTF8.encode(written);
    for (const client of this.#clients) client.push(message);
  };
}

/** A connection of HTTP/2 that is gone throws when it is asked for its server. */
function isOver(client: StreamClient): boolean {
  try {
    return client.isClosing();
  } catch {
    return true;
  }
}

/** What JSON does not have, as formats write it. */
function plainValue(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  // A Buffer has a JSON form of its own, which `value` already is.
  const given = this[key];
  if (types.isUint8Array(given)) return Buffer.from(given).toString('base64');
  return typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value;
}
