import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { keyOf, keyValue } from '../../otlp/wire/entries.ts';
import type { ProcessorComponent } from '../component.ts';
import { HTTP_CLIENT_ELSEWHERE, HTTP_CLIENT_KEYS } from '../config/http-client-keys.ts';
import { boolean, mapping, oneOf, optional, type Read, section, words } from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';
import {
  type Detected,
  detectEnvironment,
  detectSystem,
  HOSTNAME_SOURCES,
  SYSTEM_ATTRIBUTES,
  type SystemAttribute,
} from '../detect-resource.ts';
import type { Draft } from '../ottl/row.ts';
import { walkRequest } from '../ottl/walk-request.ts';

const DETECTORS = ['env', 'system'] as const;
const DETECTORS_ELSEWHERE = `aks akamai alibaba_ecs azure consul digitalocean docker dynatrace ec2 ecs eks
  elastic_beanstalk gcp heroku hetzner ibmcloud_classic ibmcloud_vpc k8s_api k8snode kubeadm lambda nova openshift
  oraclecloud scaleway tencent_cvm upcloud vultr`.split(/\s+/);

const isEnabled = optional(mapping({ enabled: optional(boolean, false) }));
const attributes = Object.fromEntries(SYSTEM_ATTRIBUTES.map((name) => [name, isEnabled])) as {
  readonly [name in SystemAttribute]: typeof isEnabled;
};

const shape = mapping(
  {
    detectors: optional(words(oneOf(DETECTORS, DETECTORS_ELSEWHERE)), ['env']),
    override: optional(boolean, true),
    timeout: optional(duration, 5_000),
    system: section(
      mapping({
        hostname_sources: optional(words(oneOf(HOSTNAME_SOURCES)), []),
        resource_attributes: section(
          mapping(attributes, [
            'host.cpu.cache.l2.size',
            'host.cpu.family',
            'host.cpu.model.id',
            'host.cpu.model.name',
            'host.cpu.stepping',
            'host.cpu.vendor.id',
            'os.build.id',
            'os.description',
            'os.name',
            'os.version',
          ]),
        ),
      }),
    ),
  },
  [
    ...Object.keys(HTTP_CLIENT_KEYS),
    ...HTTP_CLIENT_ELSEWHERE,
    ...DETECTORS_ELSEWHERE,
    'refresh_interval',
    'attributes',
    'endpoint',
    'headers',
    'compression',
  ],
);

type Settings = Read<typeof shape>;

const BY_DEFAULT: ReadonlySet<SystemAttribute> = new Set(['host.name', 'os.type']);

/** The conventions that the attributes of the `system` detector are named by. */
const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.40.0';

/** Adds to resources what the environment and the machine say of them, as it was at the start. */
export const resourceDetectionProcessor: ProcessorComponent<Settings> = {
  type: 'resource_detection',
  shape,
  create: async (settings) => {
    const { detectors, override } = settings;
    const detected = new Map<string, OtlpObject>();
    for (const detector of detectors) {
      const found = detector === 'env' ? detectEnvironment(process.env) : await detectMachine(settings);
      // What a detector before has found stays.
      for (const [name, value] of found) if (!detected.has(name)) detected.set(name, value);
    }
    const schemaUrl = detectors.includes('system') ? SCHEMA_URL : undefined;
    return {
      process: (request) =>
        walkRequest(request, {
          resource: ({ resource, resourceItem }) => {
            if (schemaUrl !== undefined && resourceItem.get('schemaUrl') === undefined)
              resourceItem.set('schemaUrl', schemaUrl);
            add(resource, detected, override);
            return true;
          },
        }),
    };
  },
};

function detectMachine({ system, timeout }: Settings): Promise<Detected> {
  const { hostname_sources: sources, resource_attributes: given } = system;
  const wanted = SYSTEM_ATTRIBUTES.filter((name) => given[name]?.enabled ?? BY_DEFAULT.has(name));
  return detectSystem(new Set(wanted), sources.length === 0 ? ['dns', 'os'] : sources, timeout);
}

function add(resource: Draft, detected: Detected, override: boolean): void {
  const before = (resource.get('attributes') as OtlpObject[] | undefined) ?? [];
  const missing = new Map(detected);
  const kept = before.map((entry) => {
    const value = missing.get(keyOf(entry));
    missing.delete(keyOf(entry));
    return override && value !== undefined ? keyValue(keyOf(entry), value) : entry;
  });
  const after = [...kept, ...[...missing].map(([name, value]) => keyValue(name, value))];
  const isChanged = after.length !== before.length || after.some((entry, index) => entry !== before[index]);
  if (isChanged) resource.set('attributes', after);
}
