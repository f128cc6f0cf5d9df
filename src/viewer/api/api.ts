import type { IncomingMessage, ServerResponse } from 'node:http';
import type { QuarantineDesk } from '../../quarantine/quarantine-desk.ts';
import { Refusal } from '../../serve/refusal.ts';
import type { DeclaredSchemas } from '../schemas/declared-schemas.ts';
import type { EventStore } from '../store/event-store.ts';
import { sendError } from './api-error.ts';
import { EXPORT_ROUTE } from './export-route.ts';
import type { JsonSchema } from './json-schema.ts';
import { LIVE_ROUTE } from './live-route.ts';
import { openApi } from './open-api.ts';
import { OTHER_ROUTES } from './other-routes.ts';
import { readParams } from './param.ts';
import { QUARANTINE_ROUTES } from './quarantine-routes.ts';
import { QuestionGate } from './question-gate.ts';
import type { About, Call, Route, StreamRoute } from './route.ts';
import { ROW_ROUTES } from './row-routes.ts';
import { SCHEMA_ROUTES } from './schema-routes.ts';
import { SUM_ROUTES } from './sum-routes.ts';

const ROUTES: readonly Route[] = [
  ...ROW_ROUTES,
  ...SUM_ROUTES,
  ...SCHEMA_ROUTES,
  ...QUARANTINE_ROUTES,
  ...OTHER_ROUTES,
  EXPORT_ROUTE,
  LIVE_ROUTE,
];

/** Streams that are under way at once: a page has one, or none. */
const MAX_STREAMS = 100;

const DOCUMENT_PATH = '/api/openapi.json';

/** What is answered from. */
export interface ApiSources {
  readonly store: EventStore;
  readonly about: About;
  /** Undefined: nobody said where schemas are declared. */
  readonly schemas?: DeclaredSchemas | undefined;
  /** Undefined: nobody said where a quarantine is. */
  readonly quarantine?: QuarantineDesk | undefined;
}

/** Answers what is asked below `/api/`. */
export class Api {
  readonly #store: EventStore;
  readonly #about: About;
  readonly #declared: Call['declared'];
  readonly #quarantine: Call['quarantine'];
  readonly #gate: QuestionGate;
  readonly #document: JsonSchema;
  readonly #stop = new AbortController();
  #streams = 0;

  constructor({ store, about, schemas, quarantine }: ApiSources) {
    this.#store = store;
    this.#about = about;
    this.#declared = () => schemas?.read();
    this.#quarantine = quarantine;
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
    if (url.pathname === DOCUMENT_PATH) return sendJson(response, this.#document);
    const { route, given } = find(url);
    const values = readParams(route.params, given) as never;
    const call = {
      store: this.#gate.questions(signal),
      about: this.#about,
      declared: this.#declared,
      quarantine: this.#quarantine,
      signal,
    };
    if (route.kind === 'stream') return this.#stream(route, values, call, request, response);
    const answer = await route.answer(values, call);
    if (answer === undefined) throw new Refusal(404, 'there is no such thing');
    sendJson(response, answer);
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

/** The route of a path, and its parameters with that of the path. @throws Refusal 400, 404 */
function find({ pathname, searchParams }: URL): { readonly route: Route; readonly given: URLSearchParams } {
  for (const route of ROUTES) {
    const [before = '', after] = route.path.split('{id}');
    if (after === undefined ? pathname !== before : !pathname.startsWith(before)) continue;
    if (after === undefined) return { route, given: searchParams };
    const id = decoded(pathname.slice(before.length));
    if (id === '' || pathname.slice(before.length).includes('/')) continue;
    if (searchParams.has('id')) throw new Refusal(400, 'id: it is in the path');
    const given = new URLSearchParams(searchParams);
    given.set('id', id);
    return { route, given };
  }
  throw new Refusal(404, `there is no such path; ${DOCUMENT_PATH} has all of them`);
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
