import type { CheckContext } from '../component.ts';
import { mapping, type Read, required, text } from './shape.ts';

/** `auth` of a server or a client: the extension that knows the secrets. */
export const auth = mapping({ authenticator: required(text('the id of an extension')) }, ['request_params']);

/** Looks whether the extension is there. @param path - where the settings are, such as `protocols.http.auth` */
export function checkAuth(
  settings: Read<typeof auth> | undefined,
  side: 'server' | 'client',
  path: string,
  { add, providing }: CheckContext,
): void {
  if (settings?.authenticator === undefined) return;
  if (providing(`${side}_auth`).includes(settings.authenticator)) return;
  const which = side === 'server' ? 'htpasswd' : 'client_auth';
  add(
    `${path}.authenticator`,
    `expected the id of an extension that service.extensions lists: basicauth with ${which}, or bearertokenauth`,
  );
}
