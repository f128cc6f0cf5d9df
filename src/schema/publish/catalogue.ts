import { listOf } from '../document/facets-of.ts';
import { type Follow, followerOf } from '../document/follower-of.ts';
import { type Property, propertiesOf } from '../document/properties-of.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { type EventEntry, inOrder } from './event-entry.ts';

/**
 * The events as a Markdown document: what each is, and a table of its properties. The same entries give the same
 * text, in whatever order.
 * @param others - schemas that are no events, and that events may refer to
 */
export function catalogue(entries: readonly EventEntry[], others: readonly JsonSchema[] = []): string {
  const follow = followerOf([...entries.map(({ json }) => json), ...others]);
  const ordered = inOrder(entries);
  const index = ordered.map(
    (entry) => `| ${code(entry.name)} | ${cell(entry.version)} | ${cell(summaryOf(entry))} |`,
  );
  const contents = ['| event | version | |', '| --- | --- | --- |', ...index].join('\n');
  return `${['# Events', contents, ...ordered.map((entry) => section(entry, follow))].join('\n\n')}\n`;
}

function section(entry: EventEntry, follow: Follow): string {
  const { name, schemaId, version, category, severity, json } = entry;
  const facts = [
    `version ${plain(version)}`,
    ...(schemaId === name ? [] : [`schema ${code(schemaId)}`]),
    ...(category === undefined ? [] : [`category ${code(category)}`]),
    ...(severity === undefined ? [] : [`severity ${plain(String(severity))}`]),
  ];
  const description = descriptionOf(entry);
  const properties = propertiesOf(json, follow);
  return [
    `## ${code(name)}`,
    `${facts.join(', ')}.`,
    ...(description === undefined ? [] : [plain(description)]),
    properties.length === 0 ? 'No properties are described.' : table(properties),
    ...listOf(json.examples).map(example),
  ].join('\n\n');
}

function table(properties: readonly Property[]): string {
  const rows = properties.map((property) => {
    const { path, isRequired, categories, description = '', isDeprecated } = property;
    const cells = [
      code(path),
      cell(typeOf(property)),
      isRequired ? 'yes' : '',
      categories.map(code).join(', '),
      [isDeprecated ? 'Deprecated.' : '', cell(description), shownExamples(property)]
        .filter((text) => text !== '')
        .join(' '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| property | type | required | categories | |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function typeOf({ types, values }: Property): string {
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(', ');
  return types.length === 0 ? 'any' : types.join(' or ');
}

function shownExamples({ examples }: Property): string {
  if (examples.length === 0) return '';
  return `Such as ${examples.map((value) => code(JSON.stringify(value))).join(', ')}.`;
}

function example(data: unknown): string {
  const text = JSON.stringify(data, null, 2);
  return `\`\`\`json\n${text}\n\`\`\``;
}

function descriptionOf({ description, json }: EventEntry): string | undefined {
  return [description, json.description, json.title].find((text) => typeof text === 'string') as
    | string
    | undefined;
}

/** The first sentence or line. */
function summaryOf(entry: EventEntry): string {
  const [first = ''] = (descriptionOf(entry) ?? '').trim().split(/(?<=[.!?])\s|\n/, 1);
  return first;
}

/** Text of a schema is text: it opens no tags. */
function plain(text: string): string {
  return text.trim().replace(/[<&]/g, (sign) => (sign === '<' ? '&lt;' : '&amp;'));
}

/** On one line, and in one cell of a table. */
function cell(text: string): string {
  return plain(text).replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)) + 1);
  return fence.length === 1 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}
