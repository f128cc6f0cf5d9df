import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { ListenAddress } from '../../serve/listen.ts';
import { dotted, kindOf } from './config-node.ts';
import { parseDuration } from './duration.ts';
import { asMap, type Shape, text } from './shape.ts';

const durationMs = text('a duration such as 300ms, 5s or 1m30s', parseDuration);

/** A duration in milliseconds; a bare 0 is one. */
export const duration: Shape<number> = {
  read: (node, path, problems) =>
    node.kind === 'scalar' && node.value === 0 ? 0 : durationMs.read(node, path, problems),
};

/** A number that need not be whole. */
export function decimal(min: number): Shape<number> {
  return {
    read: (node, path, problems) => {
      const value = node.kind === 'scalar' ? node.value : undefined;
      if (typeof value === 'number' && Number.isFinite(value) && value >= min) return value;
      problems.add(
        node.at,
        path,
        `expected a number, ${min} or more, got ${typeof value === 'number' ? value : kindOf(node)}`,
      );
      return min;
    },
  };
}

/** Where a server listens. */
export const listenAddress: Shape<ListenAddress> = text(
  'HOST:PORT, with a port from 0 to 65535',
  parseListenAddress,
);

export const httpUrl: Shape<URL> = text('an http or https URL', parseHttpUrl);

/** HTTP headers by name. */
export const headers: Shape<Readonly<Record<string, string>>> = {
  takesNothing: true,
  read: (node, path, problems) => {
    const entries = [...(asMap(node, path, problems)?.entries ?? [])].map(
      ([name, { keyAt, node: value }]) => {
        const read: string | undefined = text().read(value, dotted(path, name), problems);
        // Node's own message quotes the value, which is often a secret.
        if (read !== undefined && !isHeader(name, read))
          problems.add(keyAt, dotted(path, name), 'not an HTTP header');
        return [name, read];
      },
    );
    return Object.fromEntries(entries);
  },
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
