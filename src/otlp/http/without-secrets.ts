import type { PostRequest } from './post.ts';

const REDACTED = '[Redacted]';

/** Headers of ours that hold no secret, and that an answer may well be about. */
const HARMLESS: ReadonlySet<string> = new Set([
  'user-agent',
  'content-type',
  'content-encoding',
  'content-length',
  'accept',
  'accept-encoding',
]);

/** Shorter parts of a value (`Bearer`, `v1`) are words like any other; a value itself is taken out all the same. */
const MIN_PART_LENGTH = 6;

/** Shorter values are taken out only where they stand alone. */
const MIN_LENGTH_ANYWHERE = 8;

/**
 * What a server said, without what we said to it: the values of our headers and the credentials and the query of the
 * URL. Servers that do not like a request show it, also in JSON, in HTML, as a URL or in base64.
 */
export function withoutSecrets(text: string, request: Pick<PostRequest, 'url' | 'headers'>): string {
  if (text === '') return text;
  // Long ones first: a part must not tear the whole.
  const forms = [...new Set(secretsOf(request).flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return forms.length === 0
    ? text
    : text.replace(new RegExp(forms.map(patternOf).join('|'), 'giu'), REDACTED);
}

function secretsOf({ url, headers }: Pick<PostRequest, 'url' | 'headers'>): string[] {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    HARMLESS.has(name.toLowerCase()) ? [] : [value.trim()],
  );
  const user = decoded(url.username);
  const password = decoded(url.password);
  const credentials = `${user}:${password}`;
  const ofUrl = user + password === '' ? [] : [user, password, credentials, base64(credentials)];
  return [...values.flatMap(withParts), ...ofUrl, ...url.searchParams.values()].filter((each) => each !== '');
}

/** A header, the token in it, and what `Basic` stands for. */
function withParts(value: string): string[] {
  const [scheme = '', ...rest] = value.split(/\s+/);
  const parts = value.split(/[\s,;="]+/).filter((part) => part.length >= MIN_PART_LENGTH && part !== scheme);
  if (rest.length > 0) parts.push(value.slice(scheme.length).trim());
  const [, basic] = /^basic\s+(\S+)$/i.exec(value) ?? [];
  if (basic === undefined) return [value, ...parts];
  const credentials = Buffer.from(basic, 'base64').toString();
  const password = credentials.slice(credentials.indexOf(':') + 1);
  return [value, ...parts, credentials, password].filter((each) => each !== '');
}

function formsOf(secret: string): string[] {
  const html = secret.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  const named = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    encodeURIComponent(secret.toWellFormed()),
    html,
    named,
    base64(secret),
  ];
}

function patternOf(form: string): string {
  const escaped = form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return form.length >= MIN_LENGTH_ANYWHERE ? escaped : `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
