import { BearerToken } from '../auth/bearer-token.ts';
import { SecretFile } from '../auth/secret-file.ts';
import type { ExtensionComponent } from '../component.ts';
import { mapping, optional, type Read, text, words } from '../config/shape.ts';

const some = text();

const shape = mapping({
  header: optional(text('the name of an HTTP header', parseHeader), 'Authorization'),
  scheme: optional(some, 'Bearer'),
  token: optional(some, ''),
  tokens: optional(words(text('a token', (given) => given || undefined)), []),
  filename: optional(some, ''),
});

type Settings = Read<typeof shape>;

/** A token that clients have to show, or that is shown to others. */
export const bearerTokenAuth: ExtensionComponent<Settings> = {
  type: 'bearertokenauth',
  shape,
  provides: () => ['server_auth', 'client_auth'],
  check: ({ token, tokens, filename }, { add, has }) => {
    if (!token && !filename && !has('tokens')) add('token', 'is missing, and so are tokens and filename');
    else if (token && tokens !== undefined && tokens.length > 0)
      add('tokens', 'expected token or tokens, not both');
    else if (!token && !filename && tokens?.length === 0) add('tokens', 'expected at least one token');
  },
  create: (settings) => {
    const bearer = new BearerToken({ ...settings, tokens: tokensOf(settings) });
    return { authenticator: bearer, credentials: bearer };
  },
};

/** As in the OpenTelemetry Collector `tokens` are stronger than a file, and a file than `token`. */
function tokensOf({ token, tokens, filename }: Settings): () => readonly string[] {
  if (tokens.length > 0) return () => tokens;
  if (filename === '') return () => [token];
  const kept = new SecretFile(filename);
  if (tokensIn(kept.text).length === 0) throw new Error(`there is no token in ${filename}`);
  return () => tokensIn(kept.text);
}

/** The first word of each line; what follows is a comment. */
function tokensIn(text: string): string[] {
  return text.split('\n').flatMap((line) => line.trim().split(/\s+/, 1).filter(Boolean));
}

function parseHeader(given: string): string | undefined {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(given) ? given : undefined;
}
