import { boolean, mapping, optional, text } from './shape.ts';

const file = text('a path', (given) => (given === '' ? undefined : given));

/** Settings of TLS that only the OpenTelemetry Collector has. */
const ELSEWHERE = `ca_pem cert_pem key_pem client_ca_pem min_version max_version cipher_suites reload_interval
  include_system_ca_certs_pool curve_preferences tpm client_ca_file_reload include_insecure_cipher_suites`.split(
  /\s+/,
);

/** `tls` of a server: its certificate and key, in PEM, and who has to have signed those of its clients. */
export const serverTls = mapping(
  { cert_file: optional(file), key_file: optional(file), client_ca_file: optional(file) },
  ['ca_file', ...ELSEWHERE],
);

/** `tls` of a client. */
export const clientTls = mapping(
  {
    insecure: optional(boolean, false),
    insecure_skip_verify: optional(boolean, false),
    server_name_override: optional(text<string>()),
    ca_file: optional(file),
    cert_file: optional(file),
    key_file: optional(file),
  },
  ELSEWHERE,
);
