/** An address that may be shown, and what is secret in it. */
export interface TakenCredentials {
  readonly url: URL;
  /** For the header of this name; undefined: the address had no name and no password. */
  readonly authorization: string | undefined;
}

/** Moves credentials from the URL, which is shown in messages, to the header that they become anyway. */
export function takeCredentials({ href }: URL): TakenCredentials {
  const url = new URL(href);
  const { username, password } = url;
  if (username === '' && password === '') return { url, authorization: undefined };
  url.username = '';
  url.password = '';
  const pair = Buffer.from(`${decoded(username)}:${decoded(password)}`);
  return { url, authorization: `Basic ${pair.toString('base64')}` };
}

/** As it stands where it is no URL encoding: people write a `%` of a password as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
