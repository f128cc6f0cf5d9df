import { readFile } from 'node:fs/promises';
import type { ServerTls } from '../serve/server-tls.ts';
import type { ServerTlsSettings } from './config/tls-shapes.ts';

/** Reads the files of a server's `tls`, which the check of the configuration has found whole. */
export async function readServerTls(settings: ServerTlsSettings): Promise<ServerTls> {
  const { cert_file: cert, key_file: key, client_ca_file: clientCa } = settings;
  return {
    cert: await readFile(cert as string),
    key: await readFile(key as string),
    clientCa: clientCa === undefined ? undefined : await readFile(clientCa),
  };
}
