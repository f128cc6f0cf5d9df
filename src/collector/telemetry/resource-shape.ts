import { dotted, kindOf, type MapNode } from '../config/config-node.ts';
import type { Problems } from '../config/problems.ts';
import {
  absent,
  anything,
  asMap,
  listOf,
  mapping,
  optional,
  required,
  type Shape,
  text,
} from '../config/shape.ts';

/** Attributes of the collector itself by name; undefined: one that it has by default is left away. */
export type OwnAttributes = ReadonlyMap<string, string | undefined>;

const KEYS = ['attributes', 'attributes_list', 'detectors', 'schema_url'];

const TYPES = ['string', 'bool', 'int', 'double', 'string_array', 'bool_array', 'int_array', 'double_array'];

const scalar: Shape<string> = {
  read: (node, path, problems) => {
    if (node.kind === 'scalar' && node.value !== null) return node.text ?? String(node.value);
    problems.add(node.at, path, `expected a string, a number, true or false, got ${kindOf(node)}`);
    return '';
  },
};

const declared = mapping({
  attributes: optional(
    listOf(
      mapping({
        name: required(text()),
        value: required(scalar),
        type: optional(text(TYPES.join(', '), (given) => TYPES.find((type) => type === given))),
      }),
    ),
    [],
  ),
  attributes_list: absent('expected attributes instead, as in the OpenTelemetry Collector'),
  detectors: optional(anything),
  schema_url: optional(text()),
});

/** `service.telemetry.resource`: a list of attributes, or as before a mapping of them, in which nothing takes one away. */
export const resourceShape: Shape<OwnAttributes> = {
  takesNothing: true,
  read: (node, path, problems) => {
    const map = asMap(node, path, problems);
    if (map === undefined) return new Map();
    const named = [...map.entries].filter(([name]) => KEYS.includes(name));
    const { attributes } = declared.read({ ...map, entries: new Map(named) }, path, problems);
    const inline = readInline(map, path, problems);
    if (attributes.length > 0 && inline.size > 0)
      problems.add(node.at, `${path}.attributes`, 'expected all attributes in it, and none beside it');
    return new Map([...attributes.map(({ name, value }) => [name, value] as const), ...inline]);
  },
};

function readInline(map: MapNode, path: string, problems: Problems): Map<string, string | undefined> {
  const inline = new Map<string, string | undefined>();
  for (const [name, { node }] of map.entries) {
    if (KEYS.includes(name)) continue;
    const isNothing = node.kind === 'scalar' && node.value === null && node.text === undefined;
    inline.set(name, isNothing ? undefined : text().read(node, dotted(path, name), problems));
  }
  return inline;
}
