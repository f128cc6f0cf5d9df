/** A server of gRPC. */
export interface GrpcTarget {
  /** As messages name it: the endpoint without what could be a secret. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Of a socket in the file system, which is then what counts. */
  readonly socketPath?: string;
  /** What the form of the endpoint says of TLS; undefined: nothing. */
  readonly secure?: boolean;
}

/** `unix:relative`, `unix:/absolute`, `unix:///absolute`. */
const UNIX = /^unix:(?:\/\/(?=\/))?(.+)$/;
/** What a resolver would be asked for: here there is one way to look a name up. */
const RESOLVER = /^(?:dns|passthrough):(?:\/\/[^/]*\/)?/;
const SCHEME = /^(https?):\/\//;

/**
 * An endpoint as the OpenTelemetry Collector takes it: `HOST:PORT`, `http://` (without TLS) or `https://` before it,
 * `dns:///HOST:PORT`, `unix:PATH`.
 * @returns undefined for anything else
 * @see https://github.com/grpc/grpc/blob/master/doc/naming.md
 */
export function parseTarget(endpoint: string): GrpcTarget | undefined {
  const [, socketPath] = UNIX.exec(endpoint) ?? [];
  if (socketPath !== undefined) return { name: endpoint, host: 'localhost', port: 0, socketPath };
  const [scheme = '', protocol] = SCHEME.exec(endpoint) ?? [];
  const address = (scheme === '' ? endpoint.replace(RESOLVER, '') : endpoint.slice(scheme.length)).replace(
    /\/$/,
    '',
  );
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:.%]+)\]|([^:/?#@\s[\]]*)):(\d{1,5})$/.exec(address) ?? [];
  // As gRPC for Go: no host is this machine.
  const host = bracketed ?? (plain === '' ? 'localhost' : plain);
  const port = Number(digits ?? Number.NaN);
  if (host === undefined || !(port > 0 && port <= 65_535)) return undefined;
  return { name: address, host, port, ...(protocol !== undefined && { secure: protocol === 'https' }) };
}
