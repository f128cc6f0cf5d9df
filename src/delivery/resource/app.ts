import type { AttributeMap, AttributeValue } from '../../otlp/values/attribute-value.ts';
import { APP } from '../../otlp/values/event-attributes.ts';

/** What the app says of itself; LEIP's `App`. */
export interface AppOptions {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  /** Version of the running container, if there is one. */
  readonly containerVersion?: string | undefined;
  readonly orgName?: string | undefined;
  readonly orgUrl?: string | undefined;
}

/** The resource attributes of an app; only what is given. */
export function appAttributes(app: AppOptions): AttributeMap {
  const attributes: Record<string, AttributeValue> = {};
  const name = app.name ?? app.id;
  if (name !== undefined) attributes[APP.name] = name;
  if (app.version !== undefined) attributes[APP.version] = app.version;
  if (app.id !== undefined) attributes[APP.id] = app.id;
  if (app.containerVersion !== undefined) attributes[APP.containerTags] = [app.containerVersion];
  if (app.orgName !== undefined) attributes[APP.orgName] = app.orgName;
  if (app.orgUrl !== undefined) attributes[APP.orgUrl] = app.orgUrl;
  return attributes;
}
