import type { Credentials } from '../auth/authenticator.ts';
import { BasicAuthenticator } from '../auth/basic-authenticator.ts';
import { Htpasswd } from '../auth/htpasswd.ts';
import { SecretFile } from '../auth/secret-file.ts';
import type { ExtensionComponent } from '../component.ts';
import { mapping, optional, type Read, text } from '../config/shape.ts';

const some = text();

const htpasswd = mapping({ file: optional(some, ''), inline: optional(some, '') });

const clientAuth = mapping({
  username: optional(some, ''),
  username_file: optional(some, ''),
  password: optional(some, ''),
  password_file: optional(some, ''),
});

const shape = mapping({ htpasswd: optional(htpasswd), client_auth: optional(clientAuth) });

type ClientAuth = Read<typeof clientAuth>;

/** Users and passwords: `htpasswd` of those who may come, or `client_auth` to show to others. */
export const basicAuth: ExtensionComponent<Read<typeof shape>> = {
  type: 'basicauth',
  shape,
  provides: ({ htpasswd }) => [htpasswd === undefined ? 'client_auth' : 'server_auth'],
  check: ({ htpasswd, client_auth: client }, { add }) => {
    if (htpasswd !== undefined && client !== undefined)
      add('client_auth', 'expected htpasswd or client_auth, not both');
    if (htpasswd === undefined && client === undefined) add('htpasswd', 'is missing, and so is client_auth');
    if (htpasswd === undefined) return;
    if (!htpasswd.file && !htpasswd.inline) add('htpasswd', 'expected file, inline or both');
    try {
      new Htpasswd(htpasswd.inline ?? '');
    } catch (error) {
      add('htpasswd.inline', (error as Error).message);
    }
  },
  create: ({ htpasswd, client_auth: client }) => {
    if (client !== undefined) return { credentials: credentialsOf(client) };
    const { file, inline } = htpasswd as NonNullable<typeof htpasswd>;
    const lines = file === '' ? '' : new SecretFile(file).text;
    // The last line of a user counts, so that what is inline is stronger.
    return { authenticator: new BasicAuthenticator(new Htpasswd(`${lines}\n${inline}`)) };
  },
};

function credentialsOf(settings: ClientAuth): Credentials {
  const user = kept(settings.username, settings.username_file);
  const password = kept(settings.password, settings.password_file);
  return {
    headers: () => ({
      authorization: `Basic ${Buffer.from(`${user()}:${password()}`).toString('base64')}`,
    }),
  };
}

/** A file is stronger, and may change. */
function kept(value: string, file: string): () => string {
  if (file === '') return () => value;
  const secret = new SecretFile(file);
  return () => secret.text.trim();
}
