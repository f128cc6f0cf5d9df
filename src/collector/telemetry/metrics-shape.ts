import type { ListenAddress } from '../../serve/listen.ts';
import type { ConfigNode } from '../config/config-node.ts';
import type { Problems } from '../config/problems.ts';
import {
  absent,
  anything,
  boolean,
  integer,
  listOf,
  mapping,
  optional,
  type Read,
  required,
  type Shape,
  text,
} from '../config/shape.ts';

import { type MetricsPush, pushShape } from './push-shape.ts';

/** Where scrapers find the collector's own metrics, and how they are called there. */
export interface MetricsReader {
  readonly address: ListenAddress;
  /** Whether names end in their unit and `_total`. */
  readonly hasSuffixes: boolean;
  /** Which attributes of the resource are labels of every series; undefined: none. */
  readonly resourceLabels: ResourceLabels | undefined;
}

/** Names of attributes: all that are not excluded, or of these the included ones, if any are. */
export interface ResourceLabels {
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

/** What is shown of the collector's own metrics. */
export interface MetricsSettings {
  readonly readers: readonly MetricsReader[];
  readonly pushes: readonly MetricsPush[];
  /** Whether nobody has said where: a port that is taken then is no reason not to start. */
  readonly isByDefault: boolean;
}

const LEVELS = ['none', 'basic', 'normal', 'detailed'] as const;

export const telemetryLevel = text('none, basic, normal or detailed', (given) =>
  LEVELS.find((level) => level === given.toLowerCase()),
);

const prometheus = mapping({
  host: required(text()),
  port: required(integer(0, 65_535)),
  // A scope is a package of Go there: none of them is here.
  without_scope_info: optional(boolean, true),
  without_type_suffix: optional(boolean, true),
  without_units: optional(boolean, true),
  with_resource_constant_labels: optional(
    mapping({ included: optional(listOf(text()), []), excluded: optional(listOf(text()), []) }),
  ),
});

const readerKeys = mapping({
  pull: optional(mapping({ exporter: required(mapping({ prometheus: required(prometheus) })) })),
  periodic: optional(pushShape),
});

const reader: Shape<Read<typeof readerKeys>> = {
  read: (node, path, problems) => {
    const count = problems.count;
    const given = readerKeys.read(node, path, problems);
    // One with something wrong in it is there all the same.
    if (problems.count === count && (given.pull === undefined) === (given.periodic === undefined))
      problems.add(node.at, path, 'expected pull or periodic');
    return given;
  },
};

const ADDRESS =
  'the OpenTelemetry Collector has no such key any more; write readers: [{pull: {exporter: {prometheus: {host: HOST, port: PORT}}}}]';

const keys = mapping({
  level: optional(telemetryLevel, 'normal'),
  readers: optional(listOf(reader)),
  views: optional(listOf(anything)),
  address: absent(ADDRESS),
});

const DEFAULT_ADDRESS = { host: 'localhost', port: 8888 };

/** `service.telemetry.metrics`; undefined if nothing is to be shown. */
export function metricsShape(warn: (message: string) => void): Shape<MetricsSettings | undefined> {
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const given = keys.read(node, path, problems);
      checkTogether(given, node, path, problems);
      if (given.views !== undefined)
        warn(`${path}.views has no effect: all metrics of this engine are shown, with all labels`);
      if (given.level === 'none') return undefined;
      const { readers } = given;
      if (readers === undefined) return { readers: [toReader(undefined)], pushes: [], isByDefault: true };
      return {
        readers: readers.flatMap(({ pull }) =>
          pull === undefined ? [] : [toReader(pull.exporter?.prometheus)],
        ),
        pushes: readers.flatMap(({ periodic }) => (periodic === undefined ? [] : [periodic])),
        isByDefault: false,
      };
    },
  };
}

function checkTogether(
  { level, readers, views }: Partial<Read<typeof keys>>,
  { at }: ConfigNode,
  path: string,
  problems: Problems,
): void {
  if (readers?.length === 0 && level !== 'none')
    problems.add(at, `${path}.readers`, 'expected a reader, or level: none');
  if (views !== undefined && level !== 'detailed')
    problems.add(at, `${path}.views`, 'expected level: detailed beside it');
}

/** @param given - undefined where nobody says anything, or something that is none */
function toReader(given: Read<typeof prometheus> | undefined): MetricsReader {
  const { without_type_suffix: noType = true, without_units: noUnits = true } = given ?? {};
  return {
    address: given === undefined ? DEFAULT_ADDRESS : { host: unbracketed(given.host), port: given.port },
    hasSuffixes: !(noType && noUnits),
    resourceLabels: given?.with_resource_constant_labels,
  };
}

/** `[::1]` is `::1`. */
function unbracketed(host: string): string {
  return /^\[(.+)\]$/.exec(host)?.[1] ?? host;
}
