import type { Host, Hosts } from './host.ts';

/** Places for agents and apps where there is no network to cut: all on this machine. */
export function noHosts(count: number): Hosts {
  const host: Host = {
    within: [],
    address: '127.0.0.1',
    bytes: () => ({ received: 0, sent: 0 }),
    cut: () => {
      throw new Error('there is no wire to cut');
    },
    mend: () => {},
  };
  return {
    hosts: Array.from({ length: count }, () => host),
    outside: '127.0.0.1',
    [Symbol.dispose]: () => {},
  };
}
