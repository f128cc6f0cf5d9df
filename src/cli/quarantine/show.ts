import { openQuarantine, type Quarantined, quarantinedIn } from '../../quarantine/quarantined.ts';
import { defineCommand, usageError } from '../command.ts';
import { Output } from '../output/output.ts';
import { readStatus } from '../spool/read-status.ts';
import { toReadable } from '../spool/to-readable.ts';
import { checkWanted, isChosen, targetIn } from './chooser.ts';

const NAME = 'otel-events quarantine show';

const USAGE = `Usage: otel-events quarantine show DIR EVENT...

Prints events in the quarantine DIR, with all that is wrong with them, as JSON. An EVENT is a number or an id, as
quarantine ls shows them. Personal data was redacted before they came here. Changes nothing.

  --help  show this

Example: otel-events quarantine show /var/spool/shop-quarantine 1

Exit status: 0 done; 1 the arguments are wrong; 2 something could not be read.`;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: {},
  async run(operands) {
    const target = targetIn(operands);
    if (target.wanted.length === 0) throw usageError('no event given', 'a number or an id, as ls shows them');
    const logs = openQuarantine(target.directory);
    const found = [...quarantinedIn(logs)].filter((each) => isChosen(each, target));
    checkWanted(found, target);
    const output = new Output();
    for (const each of found) await output.block(JSON.stringify(toJson(each), null, 2));
    await output.flush();
    return readStatus(NAME, target.directory, logs);
  },
});

function toJson({ number, batch, record, event, issues }: Quarantined): object {
  const schema = { id: event?.schemaId, version: event?.schemaVersion };
  return { number, schema, issues, ...(record === undefined ? {} : toReadable(batch)) };
}
