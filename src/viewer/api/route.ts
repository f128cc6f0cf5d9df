import type { IncomingMessage, ServerResponse } from 'node:http';
import type { QuarantineDesk } from '../../quarantine/quarantine-desk.ts';
import type { Declared } from '../schemas/declared-schemas.ts';
import type { Cleared } from '../store/event-store.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Params, Values } from './param.ts';
import type { Questions } from './question-gate.ts';

/** What routes answer from. */
export interface Call {
  readonly store: Questions;
  readonly about: About;
  /** What the schema files declare; undefined: there is no directory of them. */
  readonly declared: () => Declared | undefined;
  /** Undefined: nobody said where a quarantine is. */
  readonly quarantine: QuarantineDesk | undefined;
  /** Deletes all that is stored; undefined: that is off. */
  readonly clear: (() => Promise<Cleared>) | undefined;
  /** Aborted when the client hangs up, or the server ends: nobody waits for the rest. */
  readonly signal: AbortSignal;
}

/** Of an answer that is sent bit by bit. */
export interface StreamCall extends Call {
  /** Calls back after each commit. @returns ends it */
  readonly onCommit: (listener: () => void) => () => void;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What the viewer tells of itself. */
export interface About {
  readonly version: string;
  /** Where apps send to. */
  readonly endpoints: { readonly otlpHttp?: string | undefined; readonly otlpGrpc?: string | undefined };
  /** Other places that show the same data. */
  readonly links: { readonly jaeger?: string | undefined; readonly grafana?: string | undefined };
}

/** What is the same of all routes. */
interface AnyRoute {
  /** As OpenAPI writes it: `/api/events/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params: Params;
}

/** Answers with JSON. */
export interface JsonRoute extends AnyRoute {
  readonly kind: 'json';
  readonly schema: JsonSchema;
  readonly canBeMissing: boolean;
  /** @returns undefined when there is no such thing */
  readonly answer: (values: never, call: Call) => unknown;
}

/** Answers bit by bit. */
export interface StreamRoute extends AnyRoute {
  readonly kind: 'stream';
  readonly types: readonly string[];
  readonly stream: (values: never, call: StreamCall) => Promise<void>;
}

/** What comes with a request, as JSON. */
export interface Body<T> {
  readonly schema: JsonSchema;
  /** @throws OtelEventsError `OPTION_INVALID` */
  readonly read: (json: unknown) => T;
}

/** Does something, and answers with JSON. */
export interface PostRoute extends AnyRoute {
  readonly kind: 'post';
  readonly body: Body<unknown>;
  readonly schema: JsonSchema;
  /** By status: how it fails beside what all routes have. */
  readonly failures: Readonly<Record<number, string>>;
  /** @returns undefined when there is no such thing */
  readonly answer: (values: never, body: never, call: Call) => unknown;
}

export type Route = JsonRoute | StreamRoute | PostRoute;

/** As requests say it. HEAD is GET. */
export function methodOf({ kind }: Route): 'GET' | 'POST' {
  return kind === 'post' ? 'POST' : 'GET';
}

interface JsonRouteOf<P extends Params> {
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  readonly schema: JsonSchema;
  /** Whether 404 is an answer. */
  readonly canBeMissing?: boolean;
  readonly answer: (values: Values<P>, call: Call) => unknown;
}

export function jsonRoute<P extends Params>({ canBeMissing = false, ...route }: JsonRouteOf<P>): JsonRoute {
  return { ...route, kind: 'json', canBeMissing };
}

interface StreamRouteOf<P extends Params> {
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  /** Media types. */
  readonly types: readonly string[];
  readonly stream: (values: Values<P>, call: StreamCall) => Promise<void>;
}

export function streamRoute<P extends Params>(route: StreamRouteOf<P>): StreamRoute {
  return { ...route, kind: 'stream' };
}

interface PostRouteOf<P extends Params, T> {
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  readonly body: Body<T>;
  readonly schema: JsonSchema;
  readonly failures: PostRoute['failures'];
  readonly answer: (values: Values<P>, body: T, call: Call) => unknown;
}

export function postRoute<P extends Params, T>(route: PostRouteOf<P, T>): PostRoute {
  return { ...route, kind: 'post' };
}
