import {
  debugExporter,
  fileExporter,
  healthCheck,
  nopExporter,
  otlpHttpExporter,
  otlpReceiver,
  type Read,
} from './component-shapes.ts';
import { dotted, type MapEntry } from './config-node.ts';
import { type ELSEWHERE, isElsewhere } from './elsewhere.ts';
import type { Problems } from './problems.ts';
import { RUN_THE_REAL_ONE, type Shape, suggestion } from './shape.ts';

export type ReceiverConfig = { readonly type: 'otlp'; readonly settings: Read<typeof otlpReceiver> };
export type FileConfig = Read<typeof fileExporter>;
export type OtlpHttpConfig = Read<typeof otlpHttpExporter>;
export type ExporterConfig =
  | { readonly type: 'file'; readonly settings: FileConfig }
  | { readonly type: 'otlp_http'; readonly settings: OtlpHttpConfig }
  | { readonly type: 'debug'; readonly settings: Read<typeof debugExporter> }
  | { readonly type: 'nop'; readonly settings: Read<typeof nopExporter> };
export type ExtensionConfig = { readonly type: 'health_check'; readonly settings: Read<typeof healthCheck> };

/** The components of a section that are defined, by id. */
export type Defined<T> = ReadonlyMap<string, T>;

type Section = keyof typeof ELSEWHERE;
type Types<T> = Readonly<Record<string, Shape<T>>>;

const RECEIVERS: Types<ReceiverConfig> = { otlp: component('otlp', otlpReceiver) };

const EXPORTERS: Types<ExporterConfig> = {
  file: component('file', fileExporter),
  otlp_http: component('otlp_http', otlpHttpExporter),
  // The name before 0.150 of the OpenTelemetry Collector, where it still works.
  otlphttp: component('otlp_http', otlpHttpExporter),
  debug: component('debug', debugExporter),
  nop: component('nop', nopExporter),
};

const EXTENSIONS: Types<ExtensionConfig> = { health_check: component('health_check', healthCheck) };

function component<N extends string, T>(
  type: N,
  shape: Shape<T>,
): Shape<{ readonly type: N; readonly settings: T }> {
  return {
    takesNothing: true,
    read: (node, path, problems) => ({ type, settings: shape.read(node, path, problems) }),
  };
}

export const receivers = section('receivers', RECEIVERS);
export const exporters = section('exporters', EXPORTERS);
export const extensions = section('extensions', EXTENSIONS);
export const processors = section<never>('processors', {});
export const connectors = section<never>('connectors', {});

function section<T>(name: Section, types: Types<T>): Shape<Defined<T>> {
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const defined = new Map<string, T>();
      if (node.kind !== 'map') {
        const isNothing = node.kind === 'scalar' && node.value === null;
        if (!isNothing) problems.add(node.at, path, 'expected a mapping of components');
        return defined;
      }
      for (const [id, entry] of node.entries) {
        const shape = shapeOf(name, id, types, entry, dotted(path, id), problems);
        if (shape !== undefined) defined.set(id, shape.read(entry.node, dotted(path, id), problems));
      }
      return defined;
    },
  };
}

/** The shape for a component id, `type` or `type/name`. */
function shapeOf<T>(
  section: Section,
  id: string,
  types: Types<T>,
  { keyAt }: MapEntry,
  path: string,
  problems: Problems,
): Shape<T> | undefined {
  const [, type = ''] = /^([a-zA-Z][0-9a-zA-Z_]*)(?:\/\S.*)?$/.exec(id) ?? [];
  const shape = Object.hasOwn(types, type) ? types[type] : undefined;
  if (shape !== undefined) return shape;
  problems.add(keyAt, path, () => whyUnknown(section, type, Object.keys(types)));
  return undefined;
}

function whyUnknown(section: Section, type: string, known: readonly string[]): string {
  if (type === '') return 'expected a component id, TYPE or TYPE/NAME';
  if (isElsewhere(section, type)) return RUN_THE_REAL_ONE;
  const kind = section.slice(0, -1);
  return known.length === 0 ? `this engine has no ${section}` : `unknown ${kind}; ${suggestion(type, known)}`;
}
