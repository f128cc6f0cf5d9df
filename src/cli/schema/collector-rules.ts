import { attributeName } from '../../otlp/event/attribute-name.ts';
import { APP, CONTAINER_ID, CONVENTIONAL, DATA, DEVICE, EVENT } from '../../otlp/values/event-attributes.ts';
import { PROMOTED } from '../../otlp/values/promoted.ts';
import { collectorRules as rulesOf } from '../../schema/publish/collector-rules.ts';
import { defineCommand, usageError, wantFiles } from '../command.ts';
import { loadEvents } from './load-events.ts';
import { warnUntold } from './warn-untold.ts';
import { writeOut } from './write-out.ts';

const NAME = 'otel-events collector-rules';

const USAGE = `Usage: otel-events collector-rules FILE... [OPTIONS]

Prints processors for the OpenTelemetry Collector (contrib), as YAML, that keep personal data from passing: what
of an event has categories that are not allowed, and what its schema does not declare. A FILE is a JSON Schema
(JSON or YAML), or a module (.ts, .js) that exports what defineEvent returned.

  --allow CATEGORY,...  categories that may pass; unrestricted always may
  --only-known          also drops log records with the name of an event that no FILE defines
  --action delete|hash  what becomes of text that may not pass. Default delete; hash is SHA-256 without a key,
                        which hides nothing that can be guessed
  --out FILE            writes it there
  --ref FILE            a schema that events refer to, and that is no event; may be repeated
  --help                show this

Example: otel-events collector-rules src/events.ts --allow user-identifier --only-known --out rules.yaml

Exit status: 0 done; 1 a schema or the arguments are wrong; 2 something could not be read, run or written.`;

const OPTIONS = {
  allow: { type: 'string', multiple: true },
  'only-known': { type: 'boolean' },
  action: { type: 'string' },
  out: { type: 'string' },
  ref: { type: 'string', multiple: true },
} as const;

/** What the logger and the app's SDK write beside the data. */
const OWN_ATTRIBUTES = [
  ...new Set([
    ...Object.values({ ...EVENT, ...PROMOTED }),
    ...Object.values({ ...APP, ...DEVICE }),
    CONTAINER_ID,
    DATA,
  ]),
];

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(files, { allow = [], 'only-known': onlyKnown = false, action = 'delete', out, ref }) {
    wantFiles(files);
    if (action !== 'delete' && action !== 'hash') {
      throw usageError(`--action: delete or hash wanted, not ${JSON.stringify(action)}`);
    }
    const events = await loadEvents(files, ref);
    const rules = rulesOf(events.entries, {
      allowedCategories: allow.flatMap((list) => list.split(',')).filter((category) => category !== ''),
      onlyKnown,
      action,
      attributeOf: attributeName,
      ownAttributes: OWN_ATTRIBUTES,
      keptNames: { names: [...CONVENTIONAL], list: EVENT.kept },
      overflow: DATA,
      others: events.others,
    });
    await writeOut(rules, out);
    return warnUntold(NAME, events);
  },
});
