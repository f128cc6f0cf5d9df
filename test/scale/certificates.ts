import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Both in one, as Kafka wants them. */
  readonly keystore: string;
}

export interface Authority {
  readonly ca: string;
  /** A certificate for servers at 127.0.0.1 and for clients, signed by it. */
  issue(name: string): Certificate;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes an authority that nobody else has heard of; its certificates last for two days. */
export function makeAuthority(dir: string): Authority {
  mkdirSync(dir, { recursive: true });
  const file = (name: string): string => path.join(dir, name);
  const ca = file('ca.pem');
  openssl('-subj', `/CN=authority ${path.basename(dir)}`, '-keyout', file('ca.key'), '-out', ca);
  return {
    ca,
    issue: (name) => {
      const [cert, key, keystore] = [file(`${name}.pem`), file(`${name}.key`), file(`${name}.both.pem`)];
      const signed = ['-CA', ca, '-CAkey', file('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE'];
      const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
      openssl(...names, ...signed, '-keyout', key, '-out', cert);
      writeFileSync(keystore, readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'));
      return { cert, key, keystore };
    },
  };
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', ['req', '-x509', ...KEY, '-days', '2', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
