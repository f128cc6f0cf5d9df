import { boolean, mapping, optional, type Read, type Shape, text } from './shape.ts';

const file = text('a path', (given) => (given === '' ? undefined : given));

/** Settings of TLS that only the OpenTelemetry Collector has. */
const ELSEWHERE = `ca_pem cert_pem key_pem client_ca_pem min_version max_version cipher_suites reload_interval
  include_system_ca_certs_pool curve_preferences tpm client_ca_file_reload include_insecure_cipher_suites`.split(
  /\s+/,
);

const ofServer = mapping(
  { cert_file: optional(file), key_file: optional(file), client_ca_file: optional(file) },
  ['ca_file', ...ELSEWHERE],
);

export type ServerTlsSettings = Read<typeof ofServer>;

/**
 * `tls` of a server: its certificate and key, in PEM, and who has to have signed those of its clients. As in the OpenTelemetry
 * Collector `tls:` with nothing behind it is no TLS.
 */
export const serverTls: Shape<ServerTlsSettings> = { read: ofServer.read };

/** `tls` of a client. */
export const clientTls = mapping(
  {
    insecure: optional(boolean, false),
    insecure_skip_verify: optional(boolean, false),
    server_name_override: optional(text()),
    ca_file: optional(file),
    cert_file: optional(file),
    key_file: optional(file),
  },
  ELSEWHERE,
);

export type ClientTlsSettings = Read<typeof clientTls>;

/** Finds what is missing in the `tls` of a server. @param path - where the settings are, such as `protocols.http.tls` */
export function checkServerTls(
  tls: ServerTlsSettings | undefined,
  path: string,
  add: (key: string, message: string) => void,
): void {
  if (tls === undefined) return;
  const { cert_file: cert, key_file: key, client_ca_file: clientCa } = tls;
  if (cert === undefined && key !== undefined) add(`${path}.cert_file`, 'is missing, and key_file is there');
  if (key === undefined && cert !== undefined) add(`${path}.key_file`, 'is missing, and cert_file is there');
  if (cert !== undefined || key !== undefined) return;
  add(`${path}.cert_file`, `is missing${clientCa === undefined ? '' : ', and client_ca_file is there'}`);
}

/** Finds half a pair in the `tls` of a client. */
export function checkClientTls(
  tls: Partial<ClientTlsSettings> | undefined,
  add: (key: string, message: string) => void,
): void {
  const { cert_file: cert, key_file: key } = tls ?? {};
  if ((cert === undefined) !== (key === undefined))
    add('tls', 'expected both cert_file and key_file, or neither');
}
