import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { bodyText } from '../ottl/convert-value.ts';
import { labelName } from './label-name.ts';
import { messagesIn } from './read-point.ts';

export type Label = readonly [name: string, value: string];

/** The labels of a series, or why it cannot have any. */
export type Labels = { readonly labels: readonly Label[] } | { readonly problem: string };

/** What a resource is to Prometheus. */
export interface Target {
  /** `service.namespace/service.name`. */
  readonly job: string | undefined;
  /** `service.instance.id`. */
  readonly instance: string | undefined;
}

const IDENTITY: ReadonlySet<string> = new Set(['service.name', 'service.namespace', 'service.instance.id']);

/** Attributes as text, in their order. */
export function attributesOf(message: OtlpObject): Label[] {
  return messagesIn(message, 'attributes').map(({ key = '', value = {} }) => [
    key as string,
    bodyText(value as OtlpObject),
  ]);
}

export function targetOf(resource: readonly Label[]): Target {
  const find = (name: string): string | undefined => resource.find(([key]) => key === name)?.[1];
  const [name, namespace] = [find('service.name'), find('service.namespace')];
  const job = name === undefined || namespace === undefined ? name : `${namespace}/${name}`;
  return { job, instance: find('service.instance.id') };
}

/** Attributes of a resource without those that make `job` and `instance`. */
export function withoutIdentity(resource: readonly Label[]): Label[] {
  return resource.filter(([key]) => !IDENTITY.has(key));
}

/** Labels of the given names and those of `attributes` under translated names, in the order of names. */
export function labelsOf(attributes: readonly Label[], named: readonly Label[]): Labels {
  const labels: Label[] = [];
  for (const [key, value] of attributes) {
    const name = labelName(key);
    if (name === undefined) return { problem: 'an attribute has a name without letters and digits' };
    labels.push([name, value]);
  }
  return checked([...labels, ...named]);
}

function checked(labels: readonly Label[]): Labels {
  const names = new Set<string>();
  for (const [name] of labels) {
    if (name.startsWith('__')) return { problem: `a label name that begins with __ is reserved: ${name}` };
    if (names.has(name)) return { problem: `two labels are called ${name}` };
    names.add(name);
  }
  return { labels: labels.toSorted(byName) };
}

/** The labels of `target_info`: what collides is joined, and `job` and `instance` outrank all. */
export function targetLabels(resource: readonly Label[], { job, instance }: Target): Labels {
  const labels = new Map<string, string>();
  for (const [key, value] of withoutIdentity(resource)) {
    const name = labelName(key);
    if (name === undefined) return { problem: 'an attribute has a name without letters and digits' };
    const before = labels.get(name);
    labels.set(name, before === undefined ? value : `${before};${value}`);
  }
  if (job !== undefined) labels.set('job', job);
  if (instance !== undefined) labels.set('instance', instance);
  return checked([...labels]);
}

function byName([left]: Label, [right]: Label): number {
  return left < right ? -1 : 1;
}
