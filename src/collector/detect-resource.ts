import { lookup, lookupService, resolveCname } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { within } from '../time.ts';

export const HOSTNAME_SOURCES = ['dns', 'os', 'cname', 'lookup'] as const;
export type HostnameSource = (typeof HOSTNAME_SOURCES)[number];

/** Attributes by name, as `AnyValue` messages. */
export type Detected = ReadonlyMap<string, OtlpObject>;

type Environment = Readonly<Record<string, string | undefined>>;

/** A key and a value, and what ends them. */
const PAIR = /^\s*([^=,]{1,256}?)\s*=\s*([^,]{0,256}?)\s*$/;

/**
 * What `OTEL_RESOURCE_ATTRIBUTES` says, or else `OTEL_RESOURCE`: `key=value,…`, with values percent-encoded.
 * @throws Error for a text that is not that; its message never holds what is in it
 */
export function detectEnvironment(environment: Environment): Detected {
  const text = environment.OTEL_RESOURCE_ATTRIBUTES?.trim() || environment.OTEL_RESOURCE?.trim() || '';
  if (text === '') return new Map();
  return new Map(
    text
      .replace(/,$/, '')
      .split(',')
      .map((pair, index) => {
        const [, key = '', value = ''] = PAIR.exec(pair) ?? [];
        const decoded = key === '' ? undefined : decode(value);
        if (decoded === undefined)
          throw new Error(
            `OTEL_RESOURCE_ATTRIBUTES: expected key=value, with values percent-encoded, at item ${index + 1}`,
          );
        return [key, { stringValue: decoded }];
      }),
  );
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** The attributes that the machine can tell, each of them when it is asked for. */
export const SYSTEM_ATTRIBUTES = [
  'host.name',
  'host.id',
  'host.arch',
  'host.ip',
  'host.mac',
  'host.interface',
  'os.type',
] as const;
export type SystemAttribute = (typeof SYSTEM_ATTRIBUTES)[number];

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm: 'arm32',
  ia32: 'x86',
  ppc: 'ppc32',
};

/**
 * What the machine is.
 * @param sources - where its name is looked for, one after the other
 * @param timeoutMs - for each of them
 * @throws Error if none of them has a name
 */
export async function detectSystem(
  wanted: ReadonlySet<SystemAttribute>,
  sources: readonly HostnameSource[],
  timeoutMs: number,
): Promise<Detected> {
  const name = await hostName(sources, timeoutMs);
  const found = new Map<SystemAttribute, OtlpObject | undefined>([
    ['host.name', text(name)],
    ['os.type', text(os.platform() === 'win32' ? 'windows' : os.platform())],
    ['host.arch', text(ARCHITECTURES[os.arch()] ?? os.arch())],
    ['host.id', wanted.has('host.id') ? await machineId() : undefined],
    ['host.ip', list(outerAddresses().map(({ address }) => address))],
    [
      'host.mac',
      list([...new Set(outerAddresses().map(({ mac }) => mac.toUpperCase().replaceAll(':', '-')))]),
    ],
    ['host.interface', list([...new Set(outerAddresses().map((one) => one.name))])],
  ]);
  const entries = [...found].filter(([attribute, value]) => wanted.has(attribute) && value !== undefined);
  return new Map(entries as [string, OtlpObject][]);
}

async function hostName(sources: readonly HostnameSource[], timeoutMs: number): Promise<string> {
  for (const source of sources) {
    const name = await within(
      timeoutMs,
      NAMES[source]().catch(() => ''),
    );
    if (name) return name;
  }
  throw new Error(`no name of this machine from ${sources.join(', ')}`);
}

const NAMES: Readonly<Record<HostnameSource, () => Promise<string>>> = {
  os: async () => os.hostname(),
  dns: reverseLookup,
  lookup: reverseLookup,
  cname: async () => (await resolveCname(os.hostname()))[0] ?? '',
};

/** The name that the address of this machine has. */
async function reverseLookup(): Promise<string> {
  const { address } = await lookup(os.hostname());
  const { hostname } = await lookupService(address, 0);
  return hostname === address ? '' : hostname.replace(/\.$/, '');
}

async function machineId(): Promise<OtlpObject | undefined> {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const id = await readFile(file, 'utf8').catch(() => '');
    if (id.trim() !== '') return text(id.trim());
  }
  return undefined;
}

/** The addresses of this machine that others see. */
function outerAddresses(): (os.NetworkInterfaceInfo & { readonly name: string })[] {
  return Object.entries(os.networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ internal }) => !internal).map((address) => ({ ...address, name })),
  );
}

function text(stringValue: string): OtlpObject {
  return { stringValue };
}

function list(texts: readonly string[]): OtlpObject | undefined {
  return texts.length === 0 ? undefined : { arrayValue: { values: texts.map(text) } };
}
