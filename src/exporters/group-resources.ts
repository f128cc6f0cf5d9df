import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../otlp/wire/messages.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';

/** A request in parts. */
export interface GroupedResources {
  /** By group, in the order in which these come first. */
  readonly groups: ReadonlyMap<string, OtlpRequest>;
  /** What has no group. */
  readonly rest: OtlpRequest | undefined;
}

/**
 * Takes a request apart by an attribute of its resources.
 * @param groupOf - of a text; undefined for none. What is no text, or is not there, has none either.
 */
export function groupResources(
  request: OtlpRequest,
  attribute: string,
  groupOf: (value: string) => string | undefined,
): GroupedResources {
  const [field] = REQUEST[request.signal].fields;
  const name = field?.name as string;
  const resources = (request.decoded()[name] ?? []) as OtlpObject[];
  const parts = new Map<string | undefined, OtlpObject[]>();
  for (const resource of resources) {
    const value = textOf(resource, attribute);
    const group = value === undefined ? undefined : groupOf(value);
    const part = parts.get(group);
    if (part === undefined) parts.set(group, [resource]);
    else part.push(resource);
  }
  const requestOf = (part: OtlpObject[]): OtlpRequest =>
    // Bytes that need not be taken apart stay as they are.
    part.length === resources.length ? request : OtlpRequest.from(request.signal, { [name]: part });
  const groups = new Map<string, OtlpRequest>();
  for (const [group, part] of parts) if (group !== undefined) groups.set(group, requestOf(part));
  const rest = parts.get(undefined);
  return { groups, rest: rest && requestOf(rest) };
}

function textOf({ resource }: OtlpObject, attribute: string): string | undefined {
  const { attributes = [] } = (resource ?? {}) as { attributes?: OtlpObject[] };
  const found = attributes.find(({ key }) => key === attribute)?.value as OtlpObject | undefined;
  return found?.stringValue as string | undefined;
}
