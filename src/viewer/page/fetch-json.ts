import type { Issue } from './answers.ts';

/** What the server answered when it could not do it. */
export class ApiError extends Error {
  readonly code: string;
  /** Offset into the query, if it is about the query. */
  readonly at: number | undefined;
  /** What is wrong with an event, if it is about one. */
  readonly issues: readonly Issue[] | undefined;

  constructor(code: string, message: string, { at, issues }: Pick<Told, 'at' | 'issues'> = {}) {
    super(message);
    this.code = code;
    this.at = at;
    this.issues = issues;
  }
}

export type ApiParams = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** How often a server that is busy is asked again. */
const TRIES = 4;

export function apiUrl(path: string, params: ApiParams = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return `/api/${path}${text === '' ? '' : `?${text}`}`;
}

/**
 * Asks the viewer's API. A busy server (429, 503) is asked again after what it says in `Retry-After`.
 * @throws ApiError
 */
export async function fetchJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const response = await send(url, signal);
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || attempt === TRIES) return read<T>(response);
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    await pause(Math.min(Number.isFinite(seconds) ? seconds : 1, 5) * 1000);
    signal?.throwIfAborted();
  }
}

/** Has the viewer do something, once. @throws ApiError */
export async function postJson<T>(url: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  return read<T>(await send(url, signal, { method: 'POST', headers, body: JSON.stringify(body) }));
}

const ASK: RequestInit = { headers: { accept: 'application/json' } };

async function send(url: string, signal: AbortSignal | undefined, how = ASK): Promise<Response> {
  try {
    return await fetch(url, { ...how, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('UNREACHABLE', 'The viewer does not answer. Is `otel-events view` still running?');
  }
}

async function read<T>(response: Response): Promise<T> {
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  if (response.ok && isJson) return (await response.json()) as T;
  const { error } = isJson ? ((await response.json()) as ErrorBody) : { error: undefined };
  throw new ApiError(
    error?.code ?? `HTTP_${response.status}`,
    error?.message ?? `The viewer answered with status ${response.status}, and not with JSON.`,
    error,
  );
}

interface ErrorBody {
  readonly error?: Told;
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly at?: number;
  readonly issues?: readonly Issue[];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
