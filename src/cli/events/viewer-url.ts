import { OtelEventsError } from '../../errors.ts';
import { usageError } from '../command.ts';

/** Where a viewer listens that was not told otherwise. */
export const DEFAULT_URL = 'http://localhost:4319';

/** Where a viewer is, and what it wants to be shown. */
export interface ViewerAddress {
  readonly url: URL;
  readonly token: string | undefined;
}

/**
 * The viewer of `--url` and `--token`, or of the variable `OTEL_EVENTS_TOKEN`; an address as the viewer printed it has the
 * token in it.
 * @throws OtelEventsError `OPTION_INVALID`
 */
export function viewerAddress(text: string = DEFAULT_URL, given: string | undefined): ViewerAddress {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usageError('--url: wanted as in http://localhost:4319');
  const token = given ?? url.searchParams.get('token') ?? (process.env.OTEL_EVENTS_TOKEN || undefined);
  if (token !== undefined && !/^[\w.~+/-]+=*$/.test(token))
    throw usageError('the token: letters, digits and - . _ ~ + / wanted, got others, or none');
  return { url, token };
}

/** Asks a viewer that runs. @throws OtelEventsError `QUERY_INVALID`, `OPTION_INVALID` or `STORE_FAILED` */
export async function askViewer(
  viewer: ViewerAddress,
  path: string,
  params: readonly (readonly [name: string, value: string | number | undefined])[],
  init: { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<Response> {
  const { url: base, token } = viewer;
  const url = new URL(path, base);
  for (const [name, value] of params) if (value !== undefined) url.searchParams.append(name, String(value));
  const headers = { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  let answer: Response;
  try {
    // Another place must not be shown the token.
    answer = await fetch(url, { ...init, headers, redirect: 'error' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    const reason = ((cause as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? 'no answer';
    throw new OtelEventsError('STORE_FAILED', `${base.origin}: ${reason}`, {
      cause,
      fix: 'no viewer listens there; name files, or a --url',
    });
  }
  if (!answer.ok) throw await refused(viewer, answer);
  return answer;
}

interface Refused {
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
}

async function refused({ url, token }: ViewerAddress, answer: Response): Promise<OtelEventsError> {
  const { origin } = url;
  if (answer.status === 401) {
    const message = token === undefined ? 'it wants a token' : 'that is not its token';
    const fix = 'the viewer printed it when it was started; --token, or OTEL_EVENTS_TOKEN';
    return new OtelEventsError('OPTION_INVALID', `${origin}: ${message}`, { fix });
  }
  const { error } = ((await answer.json().catch(() => undefined)) ?? {}) as Refused;
  const message = typeof error?.message === 'string' ? error.message : `${origin}: status ${answer.status}`;
  const code =
    error?.code === 'QUERY_INVALID' || error?.code === 'OPTION_INVALID' ? error.code : 'STORE_FAILED';
  return new OtelEventsError(code, message);
}
