import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { AttributeMap } from '../../otlp/values/attribute-value.ts';
import { DEVICE } from '../../otlp/values/event-attributes.ts';

/** Which identifying attributes to read too; off by default, since they tell one machine from all others. */
export interface DeviceOptions {
  /** `host.id` and `device.id`, from the machine id. Default false. */
  readonly identify?: boolean;
}

/** OTel's names where Node's differ. */
const OS_TYPES: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'x86',
  arm: 'arm32',
  ppc: 'ppc32',
};

/**
 * The attributes of the machine, as far as it tells: host, CPU, operating system and, on Linux, the model of
 * the device (DMI on PCs, the device tree on boards). Reads a few small files; never throws.
 */
export function deviceAttributes({ identify = false }: DeviceOptions = {}): AttributeMap {
  const platform = os.platform();
  return withoutMissing({
    [DEVICE.hostName]: os.hostname(),
    [DEVICE.hostArch]: ARCHITECTURES[os.arch()] ?? os.arch(),
    [DEVICE.cpuModel]: os.cpus()[0]?.model.trim(),
    [DEVICE.osType]: OS_TYPES[platform] ?? platform,
    [DEVICE.osName]: linuxName() ?? os.type(),
    [DEVICE.osVersion]: os.release(),
    [DEVICE.osDescription]: os.version(),
    ...deviceModel(),
    ...(identify ? machineId() : {}),
  });
}

function deviceModel(): Record<string, string | undefined> {
  const board = readText('/proc/device-tree/model');
  if (board !== undefined) {
    const [vendor, identifier] = (readText('/proc/device-tree/compatible') ?? '').split(/[\0,]/);
    return {
      [DEVICE.modelName]: board,
      [DEVICE.modelIdentifier]: identifier,
      [DEVICE.manufacturer]: vendor,
    };
  }
  return {
    [DEVICE.manufacturer]: readText('/sys/class/dmi/id/sys_vendor'),
    [DEVICE.modelIdentifier]: readText('/sys/class/dmi/id/product_sku'),
    [DEVICE.modelName]: readText('/sys/class/dmi/id/product_name'),
  };
}

/** `host.id` and `device.id`, if the machine has one. Never throws. */
export function deviceIds(): AttributeMap {
  return withoutMissing(machineId());
}

function machineId(): Record<string, string | undefined> {
  const id = readText('/etc/machine-id') ?? readText('/var/lib/dbus/machine-id');
  return { [DEVICE.hostId]: id, [DEVICE.deviceId]: id };
}

function linuxName(): string | undefined {
  return /^NAME="?([^"\n]+)"?$/m.exec(readText('/etc/os-release') ?? '')?.[1];
}

/** The text of a small system file without the NUL that ends device tree strings; undefined if there is none. */
function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').replace(/\0+$/, '').trim();
    return text === '' ? undefined : text;
  } catch {
    // Not on this kind of machine, or not for this user.
    return undefined;
  }
}

function withoutMissing(values: Record<string, string | undefined>): AttributeMap {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}
