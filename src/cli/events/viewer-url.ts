import { OtelEventsError } from '../../errors.ts';
import { usageError } from '../command.ts';

/** Where a viewer listens that was not told otherwise. */
export const DEFAULT_URL = 'http://localhost:4319';

/** @throws OtelEventsError `OPTION_INVALID` */
export function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usageError('--url: wanted as in http://localhost:4319');
  return url;
}

/** Asks a viewer that runs. @throws OtelEventsError `QUERY_INVALID`, `OPTION_INVALID` or `STORE_FAILED` */
export async function askViewer(
  base: URL,
  path: string,
  params: readonly (readonly [name: string, value: string | number | undefined])[],
  init: RequestInit = {},
): Promise<Response> {
  const url = new URL(path, base);
  for (const [name, value] of params) if (value !== undefined) url.searchParams.append(name, String(value));
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, redirect: 'error' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    const reason = ((cause as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? 'no answer';
    throw new OtelEventsError('STORE_FAILED', `${base.origin}: ${reason}`, {
      cause,
      fix: 'no viewer listens there; name files, or a --url',
    });
  }
  if (!answer.ok) throw await refused(base, answer);
  return answer;
}

interface Refused {
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
}

async function refused({ origin }: URL, answer: Response): Promise<OtelEventsError> {
  const { error } = ((await answer.json().catch(() => undefined)) ?? {}) as Refused;
  const message = typeof error?.message === 'string' ? error.message : `${origin}: status ${answer.status}`;
  const code =
    error?.code === 'QUERY_INVALID' || error?.code === 'OPTION_INVALID' ? error.code : 'STORE_FAILED';
  return new OtelEventsError(code, message);
}
