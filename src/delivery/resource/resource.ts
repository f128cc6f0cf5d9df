import type { AttributeMap, AttributeValue } from '../../otlp/values/attribute-value.ts';
import { APP, CONTAINER_ID } from '../../otlp/values/event-attributes.ts';
import { VERSION } from '../../version.ts';
import { resourceVariable } from '../settings/resource-variable.ts';
import { text } from '../settings/variable-text.ts';
import { type AppOptions, appAttributes } from './app.ts';
import { containerId } from './container-id.ts';
import { deviceAttributes, deviceIds } from './device.ts';
import { processAttributes } from './process.ts';
import { defaultServiceName } from './service-name.ts';

/** What a resource attribute can hold: OTel allows no maps there. */
export type ResourceAttributes = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly number[] | readonly boolean[]>
>;

/** What describes the source of events beside what is detected. */
export interface ResourceOptions {
  readonly app: AppOptions;
  readonly environment: string | undefined;
  /** Further resource attributes, as given. */
  readonly attributes: ResourceAttributes;
  /** Whether to read `host.id` and `device.id` too. */
  readonly identifyDevice: boolean;
  /** The environment variables to read. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The attributes of the resource. What the options say wins over OTEL_* variables, which win over what is
 * detected. Reads small system files: not to be called on the way of an event.
 */
export function resourceAttributes(options: ResourceOptions): AttributeMap {
  const { app, environment, attributes, identifyDevice, env } = options;
  const explicit = appAttributes(app);
  const fromEnv = environmentAttributes(env);
  const container = containerId();
  const merged: Record<string, AttributeValue> = {
    ...deviceAttributes({ identify: identifyDevice }),
    ...(container === undefined ? {} : { [CONTAINER_ID]: container }),
    ...processAttributes(),
    'telemetry.distro.name': 'otel-events',
    'telemetry.distro.version': VERSION,
    ...fromEnv,
    ...explicit,
    ...(environment === undefined ? {} : { 'deployment.environment.name': environment }),
    ...attributes,
  };
  merged[APP.name] ??= defaultServiceName();
  return merged;
}

/** What the options say of the source of events, for a resource that is not ours. Reads small system files if a device is to be identified. */
export function givenAttributes(options: Omit<ResourceOptions, 'env'>): AttributeMap {
  const { app, environment, attributes, identifyDevice } = options;
  return {
    ...(identifyDevice ? deviceIds() : {}),
    ...appAttributes(app),
    ...(environment === undefined ? {} : { 'deployment.environment.name': environment }),
    ...attributes,
  };
}

/** Attributes from `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`. */
function environmentAttributes(env: NodeJS.ProcessEnv): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = Object.create(null);
  for (const [key, value] of resourceVariable(env).attributes) attributes[key] = value;
  const name = text(env, 'OTEL_SERVICE_NAME');
  if (name !== undefined) attributes[APP.name] = name;
  return attributes;
}
