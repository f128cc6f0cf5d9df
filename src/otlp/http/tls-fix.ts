const UNTRUSTED =
  'its certificate is signed by nobody this process trusts: name the authority in NODE_EXTRA_CA_CERTS, or OTEL_EXPORTER_OTLP_CERTIFICATE';

/** What Node.js and OpenSSL say when a connection fails in its handshake. */
const FIXES: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet: check the clocks'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name: use that in the URL'],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'what answers there does not speak TLS: check whether the URL has to be http',
  ],
  [
    'ERR_SSL_PACKET_LENGTH_TOO_LONG',
    'what answers there does not speak TLS: check whether the URL has to be http',
  ],
  ['EPROTO', 'what answers there does not speak the same TLS: check whether the URL has to be http'],
]);

/** How a failure of TLS is mended; undefined if it is none. */
export function tlsFix(cause: unknown): string | undefined {
  return FIXES.get(String((cause as { code?: unknown } | undefined)?.code));
}
