import { readFile } from 'node:fs/promises';
import type { TlsOptions } from '../otlp/http/http-client.ts';
import type { ServerTls } from '../serve/server-tls.ts';
import type { ClientTlsSettings, ServerTlsSettings } from './config/tls-shapes.ts';

/** Reads the files of a server's `tls`, which the check of the configuration has found whole. */
export async function readServerTls(settings: ServerTlsSettings): Promise<ServerTls> {
  const { cert_file: cert, key_file: key, client_ca_file: clientCa } = settings;
  return {
    cert: await readFile(cert as string),
    key: await readFile(key as string),
    clientCa: clientCa === undefined ? undefined : await readFile(clientCa),
  };
}

/** Reads the files of a client's `tls`. */
export async function readClientTls(tls: ClientTlsSettings): Promise<TlsOptions> {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFile(file));
  const [ca, cert, key] = await Promise.all([read(tls.ca_file), read(tls.cert_file), read(tls.key_file)]);
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    ...(tls.insecure_skip_verify && { rejectUnauthorized: false }),
    ...(tls.server_name_override !== undefined && { servername: tls.server_name_override }),
  };
}
