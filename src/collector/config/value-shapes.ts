import { validateHeaderName, validateHeaderValue } from '../../node-http.ts';
import type { ListenAddress } from '../../serve/listen.ts';
import { type ConfigNode, dotted, kindOf, type Position } from './config-node.ts';
import { parseDuration } from './duration.ts';
import type { Problems } from './problems.ts';
import { asMap, mapping, required, type Shape, text } from './shape.ts';

const durationMs = text('a duration such as 300ms, 5s or 1m30s', parseDuration);

/** A duration in milliseconds; a bare 0 is one. */
export const duration: Shape<number> = {
  read: (node, path, problems) =>
    node.kind === 'scalar' && node.value === 0 ? 0 : durationMs.read(node, path, problems),
};

/** A number that need not be whole. */
export function decimal(min: number, max = Number.POSITIVE_INFINITY): Shape<number> {
  const range = max === Number.POSITIVE_INFINITY ? `${min} or more` : `${min} to ${max}`;
  return {
    read: (node, path, problems) => {
      const value = node.kind === 'scalar' ? node.value : undefined;
      if (typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max) return value;
      problems.add(
        node.at,
        path,
        `expected a number, ${range}, got ${typeof value === 'number' ? value : kindOf(node)}`,
      );
      return min;
    },
  };
}

const address = text('HOST:PORT, with a port from 0 to 65535', parseListenAddress);

/** Where a server listens. On all addresses only if that is meant: not because a variable for the host is empty. */
export const listenAddress: Shape<ListenAddress> = {
  read: (node, path, problems) => {
    if (node.kind === 'scalar' && String(node.value).startsWith('unix:')) {
      problems.add(
        node.at,
        path,
        'expected HOST:PORT; a receiver has transport: unix for the path of a socket',
      );
      return { host: '', port: 0 };
    }
    const read = address.read(node, path, problems);
    if (read?.host === '' && node.hasGap) {
      const { port } = read;
      const mend = `say localhost:${port}, or 0.0.0.0:${port} for all addresses of this machine`;
      problems.add(node.at, path, `the variable for the host is empty; set it, or ${mend}`);
    }
    return read;
  },
};

/** The longest path of a socket, in bytes; Linux has room for no more. */
const MAX_SOCKET_PATH_BYTES = 107;

/** The path of a socket in the file system, to listen at. */
export const listenSocket: Shape<ListenAddress> = text(
  `the path of a socket, of at most ${MAX_SOCKET_PATH_BYTES} bytes, such as /run/otel.sock`,
  (path) => {
    const isPath =
      path !== '' && !/^(unix:|@)/.test(path) && Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES;
    return isPath ? { host: 'localhost', port: 0, socketPath: path } : undefined;
  },
);

/** The settings of a server, whose `endpoint` is a path where `transport` is `unix`. */
export function byTransport<T>(tcp: Shape<T>, unix: Shape<T>): Shape<T> {
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const transport = node.kind === 'map' ? node.entries.get('transport')?.node : undefined;
      const isUnix = transport?.kind === 'scalar' && transport.value === 'unix';
      return (isUnix ? unix : tcp).read(node, path, problems);
    },
  };
}

export const httpUrl: Shape<URL> = text('an http or https URL', parseHttpUrl);

/** HTTP headers by name; also as the OpenTelemetry Collector takes them in a list, of `name` and `value`. */
export const headers: Shape<Readonly<Record<string, string>>> = {
  takesNothing: true,
  read: (node, path, problems) => {
    const read = new Map<string, string>();
    for (const { name, at, path: place, value } of headerNodes(node, path, problems)) {
      const given: string | undefined = text().read(value, place, problems);
      // Node's own message quotes the value, which is often a secret.
      if (given !== undefined && !isHeader(name, given)) problems.add(at, place, 'not an HTTP header');
      if (read.has(name)) problems.add(at, place, 'is there twice');
      read.set(name, given);
    }
    return Object.fromEntries(read);
  },
};

interface HeaderNode {
  readonly name: string;
  readonly at: Position | undefined;
  readonly path: string;
  readonly value: ConfigNode;
}

function headerNodes(node: ConfigNode, path: string, problems: Problems): HeaderNode[] {
  if (node.kind !== 'list') {
    return [...(asMap(node, path, problems)?.entries ?? [])].map(([name, { keyAt: at, node: value }]) => ({
      name,
      at,
      path: dotted(path, name),
      value,
    }));
  }
  return node.items.map((item, index) => {
    const place = `${path}[${index}]`;
    const { name } = headerPair.read(item, place, problems);
    const value = item.kind === 'map' ? item.entries.get('value')?.node : undefined;
    const nothing: ConfigNode = { kind: 'scalar', at: item.at, value: '' };
    return { name, at: item.at, path: place, value: value ?? nothing };
  });
}

const headerPair = mapping({ name: required(text()), value: required(text()) });

/** Labels by name, in the order of the file; empty names are none. */
export const labels: Shape<readonly (readonly [name: string, value: string])[]> = {
  takesNothing: true,
  read: (node, path, problems) =>
    [...(asMap(node, path, problems)?.entries ?? [])].map(([name, { keyAt, node: value }]) => {
      if (name === '' || name.startsWith('__'))
        problems.add(keyAt, dotted(path, name), 'expected the name of a label; those with __ are reserved');
      return [name, text().read(value, dotted(path, name), problems)] as const;
    }),
};

/** `localhost:4318`, `:4318`, `0.0.0.0:4318`, `[::1]:4318`. */
function parseListenAddress(value: string): ListenAddress | undefined {
  const [, bracketed, plain = '', digits] =
    /^(?:\[([0-9a-fA-F:.%]+)\]|([^:/\s[\]]*)):(\d{1,5})$/.exec(value) ?? [];
  const port = Number(digits ?? Number.NaN);
  return port <= 65_535 ? { host: bracketed ?? plain, port } : undefined;
}

function parseHttpUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
