import { INSTEAD } from './instead.ts';
import { ENDED_COMPONENTS, REAL_COMPONENTS } from './real-components.ts';
import { listed, RUN_THE_REAL_ONE } from './shape.ts';

/** A part of a configuration that defines components. */
export type Section = keyof typeof REAL_COMPONENTS;

const SECTIONS = Object.keys(REAL_COMPONENTS) as readonly Section[];

/**
 * Why a component that this engine does not have is no typing error: the OpenTelemetry Collector has it, had it, or
 * has it in another section; and what does the same here, where something does.
 * @returns undefined for what nobody has
 */
export function whyElsewhere(section: Section, type: string): string | undefined {
  const bare = withoutLines(type);
  const why = whyNotHere(section, bare);
  if (why === undefined) return undefined;
  const instead = INSTEAD.get(`${section}/${bare}`);
  return instead === undefined ? why : `${why}; ${instead}`;
}

function whyNotHere(section: Section, bare: string): string | undefined {
  if (namesOf(REAL_COMPONENTS[section]).includes(bare)) return RUN_THE_REAL_ONE;
  // It ended before there were manifests.
  if (section === 'processors' && bare === 'queuedretry')
    return 'the OpenTelemetry Collector has this no more either';
  const ended = namesOf(ENDED_COMPONENTS[section]).find((name) => name.startsWith(`${bare}:`));
  if (ended !== undefined) {
    const release = ended.slice(bare.length + 1);
    return `the OpenTelemetry Collector has this no more either (${release} was the last with it)`;
  }
  const others = SECTIONS.filter((name) => namesOf(REAL_COMPONENTS[name]).includes(bare));
  return others.length === 0
    ? undefined
    : `the OpenTelemetry Collector has this under ${listed(others)}, and not here`;
}

function namesOf(list: string): string[] {
  return list.split(/\s+/);
}

/** Names of today and those before differ in `_`. */
function withoutLines(name: string): string {
  return name.replaceAll('_', '');
}
