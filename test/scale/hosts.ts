import { execFileSync } from 'node:child_process';
import type { Host, Hosts } from './host.ts';

/** Nobody has this one: a packet to it is dropped without a word. */
const NOBODYS_MAC = '02:00:00:00:00:01';

/**
 * Makes network namespaces, each with a wire to here.
 * @throws where this user may not do that
 */
export function makeHosts(count: number): Hosts {
  const net = `10.213.${process.pid % 250}`;
  const outside = `${net}.1`;
  const undo: (() => void)[] = [];
  const removeAll = (): void => {
    for (const step of undo.splice(0).reverse()) step();
  };
  try {
    ip('addr', 'add', `${outside}/32`, 'dev', 'lo');
    undo.push(() => ip('addr', 'del', `${outside}/32`, 'dev', 'lo'));
    const hosts = Array.from({ length: count }, (_, at) => makeHost(net, at + 1, undo));
    return { hosts, outside, [Symbol.dispose]: removeAll };
  } catch (error) {
    removeAll();
    throw error;
  }
}

function makeHost(net: string, number: number, undo: (() => void)[]): Host {
  const name = `oe${process.pid}h${number}`;
  const wire = `oe${process.pid % 100_000}w${number}`;
  const [here, address] = [`${net}.${4 * number + 1}`, `${net}.${4 * number + 2}`];
  ip('netns', 'add', name);
  // Takes its end of the wire with it, and with that the other end.
  undo.push(() => ip('netns', 'del', name));
  ip('link', 'add', wire, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  ip('addr', 'add', `${here}/30`, 'dev', wire);
  ip('link', 'set', wire, 'up');
  ip('-n', name, 'addr', 'add', `${address}/30`, 'dev', 'eth0');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'link', 'set', 'eth0', 'up');
  ip('-n', name, 'route', 'add', 'default', 'via', here);
  const ends = [
    { on: [], dev: wire, to: address },
    { on: ['-n', name], dev: 'eth0', to: here },
  ];
  return {
    within: ['ip', 'netns', 'exec', name],
    address,
    bytes: () => {
      const [link] = JSON.parse(ip('-j', '-s', 'link', 'show', wire)) as Link[];
      const { rx, tx } = link?.stats64 ?? { rx: { bytes: 0 }, tx: { bytes: 0 } };
      return { received: tx.bytes, sent: rx.bytes };
    },
    // Not by taking the wire down: then senders would be told that there is none.
    cut: () => {
      for (const { on, dev, to } of ends) {
        ip(...on, 'neigh', 'replace', to, 'lladdr', NOBODYS_MAC, 'dev', dev, 'nud', 'permanent');
      }
    },
    mend: () => {
      for (const { on, dev, to } of ends) ip(...on, 'neigh', 'del', to, 'dev', dev);
    },
  };
}

interface Link {
  readonly stats64: { readonly rx: { readonly bytes: number }; readonly tx: { readonly bytes: number } };
}

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
