import type { IncomingMessage, ServerResponse } from 'node:http';
import type { QuarantineDesk } from '../../quarantine/quarantine-desk.ts';
import { BodyBudget } from '../../serve/body-budget.ts';
import { readBody } from '../../serve/read-body.ts';
import { Refusal } from '../../serve/refusal.ts';
import type { DeclaredSchemas } from '../schemas/declared-schemas.ts';
import type { EventStore } from '../store/event-store.ts';
import { sendError } from './api-error.ts';
import { CLEAR_ROUTE } from './clear-route.ts';
import { EXPORT_ROUTE } from './export-route.ts';
import type { JsonSchema } from './json-schema.ts';
import { LIVE_ROUTE } from './live-route.ts';
import { openApi } from './open-api.ts';
import { OTHER_ROUTES } from './other-routes.ts';
import { readParams } from './param.ts';
import { QUARANTINE_ROUTES } from './quarantine-routes.ts';
import { QuestionGate, type Questions } from './question-gate.ts';
import { type About, type Call, methodOf, type Route, type StreamRoute } from './route.ts';
import { ROW_ROUTES } from './row-routes.ts';
import { SCHEMA_ROUTES } from './schema-routes.ts';
import { SUM_ROUTES } from './sum-routes.ts';

const ROUTES: readonly Route[] = [
  ...ROW_ROUTES,
  ...SUM_ROUTES,
  ...SCHEMA_ROUTES,
  ...QUARANTINE_ROUTES,
  ...OTHER_ROUTES,
  CLEAR_ROUTE,
  EXPORT_ROUTE,
  LIVE_ROUTE,
];

/** Streams that are under way at once: a page has one, or none. */
const MAX_STREAMS = 100;

/** Events have at most 4 MiB; as JSON they may be larger. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

const DOCUMENT_PATH = '/api/openapi.json';

/** What is answered from. */
export interface ApiSources {
  readonly store: EventStore;
  readonly about: About;
  /** Undefined: nobody said where schemas are declared. */
  readonly schemas?: DeclaredSchemas | undefined;
  /** Undefined: nobody said where a quarantine is. */
  readonly quarantine?: QuarantineDesk | undefined;
  /** Whether all that is stored can be deleted. */
  readonly canClear: boolean;
}

/** Answers what is asked below `/api/`. */
export class Api {
  readonly #store: EventStore;
  readonly #about: About;
  readonly #declared: Call['declared'];
  readonly #quarantine: Call['quarantine'];
  readonly #clear: Call['clear'];
  readonly #bodies = new BodyBudget(4 * MAX_BODY_BYTES);
  readonly #gate: QuestionGate;
  readonly #document: JsonSchema;
  readonly #stop = new AbortController();
  #streams = 0;

  constructor({ store, about, schemas, quarantine, canClear }: ApiSources) {
    this.#store = store;
    this.#about = about;
    this.#declared = () => schemas?.read();
    this.#quarantine = quarantine;
    this.#clear = canClear ? () => store.clear() : undefined;
    this.#gate = new QuestionGate(store);
    this.#document = openApi(ROUTES, about.version);
  }

  /** @param onFault - told of what is no fault of the caller's */
  async handle(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    onFault: (error: unknown) => void,
  ): Promise<void> {
    const hungUp = new AbortController();
    response.once('close', () => hungUp.abort());
    const signal = AbortSignal.any([hungUp.signal, this.#stop.signal]);
    try {
      await this.#answer(url, request, response, signal);
    } catch (error) {
      if (signal.aborted) {
        response.destroy();
        return;
      }
      sendError(response, error);
      if (response.statusCode === 500) onFault(error);
    }
  }

  /** The store as one client sees it, among all others. @param signal - aborted when the client hangs up */
  questions(signal: AbortSignal): Questions {
    return this.#gate.questions(AbortSignal.any([signal, this.#stop.signal]));
  }

  /** Ends all streams, and what was asked. */
  close(): void {
    this.#stop.abort();
  }

  async #answer(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    if (url.pathname === DOCUMENT_PATH && method === 'GET') return sendJson(response, this.#document);
    const { route, given } = find(url, method);
    const values = readParams(route.params, given) as never;
    const call = {
      store: this.#gate.questions(signal, route.kind === 'stream'),
      about: this.#about,
      declared: this.#declared,
      quarantine: this.#quarantine,
      clear: this.#clear,
      signal,
    };
    if (route.kind === 'stream') return this.#stream(route, values, call, request, response);
    const answer =
      route.kind === 'json'
        ? await route.answer(values, call)
        : await route.answer(values, route.body.read(await this.#body(request, response)) as never, call);
    if (answer === undefined) throw new Refusal(404, 'there is no such thing');
    sendJson(response, answer);
  }

  /** What other sites' forms send has another type, and what their scripts send asks first, and is refused. */
  async #body(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new Refusal(415, 'wanted a body of the type application/json');
    const lease = this.#bodies.lease();
    try {
      const body = await readBody(request, { maxBytes: MAX_BODY_BYTES, lease, encodings: [] });
      return parsed(body);
    } catch (error) {
      // What is left of it is passed over.
      response.setHeader('connection', 'close');
      request.resume();
      throw error;
    } finally {
      lease.release();
    }
  }

  async #stream(
    route: StreamRoute,
    values: never,
    call: Call,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-type': route.types[0] }).end();
      return;
    }
    if (this.#streams >= MAX_STREAMS)
      throw new Refusal(503, `${MAX_STREAMS} streams are under way`, { 'retry-after': '5' });
    this.#streams++;
    try {
      const onCommit = (listener: () => void) => this.#store.onCommit(listener);
      await route.stream(values, { ...call, onCommit, request, response });
    } finally {
      this.#streams--;
    }
  }
}

/** The route of a path and a method, and its parameters with that of the path. @throws Refusal 400, 404, 405 */
function find(
  { pathname, searchParams }: URL,
  method: string,
): { readonly route: Route; readonly given: URLSearchParams } {
  let isKnown = pathname === DOCUMENT_PATH;
  const methods = new Set(isKnown ? ['GET'] : []);
  for (const route of ROUTES) {
    const id = idIn(route.path, pathname);
    if (id === undefined) continue;
    isKnown = true;
    methods.add(methodOf(route));
    if (methodOf(route) !== method) continue;
    if (id === '') return { route, given: searchParams };
    if (searchParams.has('id')) throw new Refusal(400, 'id: it is in the path');
    const given = new URLSearchParams(searchParams);
    given.set('id', decoded(id));
    return { route, given };
  }
  if (!isKnown) throw new Refusal(404, `there is no such path; ${DOCUMENT_PATH} has all of them`);
  const allow = [...methods].map((one) => (one === 'GET' ? 'GET, HEAD' : one)).join(', ');
  throw new Refusal(405, `this is asked with ${allow}`, { allow });
}

/** What stands for `{id}` in a path, as it is written; empty for a route without one, undefined for another path. */
function idIn(route: string, pathname: string): string | undefined {
  const [before = '', after] = route.split('{id}');
  if (after === undefined) return pathname === before ? '' : undefined;
  const end = pathname.length - after.length;
  if (!pathname.startsWith(before) || !pathname.endsWith(after) || end <= before.length) return undefined;
  const id = pathname.slice(before.length, end);
  return id.includes('/') ? undefined : id;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    // The message would quote it.
    throw new Refusal(400, 'the body is not JSON');
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, 'the path has a % that stands for nothing');
  }
}

function sendJson(response: ServerResponse, answer: unknown): void {
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
