import { openQuarantine, quarantinedIn } from '../../quarantine/quarantined.ts';
import { isTakeable, TakenQuarantine } from '../../quarantine/taken-quarantine.ts';
import { defineCommand, usageError } from '../command.ts';
import { counted } from '../output/human.ts';
import { Output } from '../output/output.ts';
import { unreadStatus } from '../spool/read-status.ts';
import { checkWanted, isChosen, targetIn } from './chooser.ts';
import { reportHeld } from './replay.ts';

const NAME = 'otel-events quarantine drop';

const USAGE = `Usage: otel-events quarantine drop DIR --all | EVENT...

Removes events from the quarantine DIR for good, without asking, and tells how many. An EVENT is a number or an id,
as quarantine ls shows them. What a running app holds is left to it: stop the app first.

  --all   all of them
  --help  show this

Example: otel-events quarantine drop /var/spool/shop-quarantine 1 2

Exit status: 0 done; 1 not all are gone, or the arguments are wrong; 2 something could not be read or written.`;

const OPTIONS = { all: { type: 'boolean' } } as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { all = false }) {
    const target = targetIn(operands);
    if (all === target.wanted.length > 0) throw usageError('say which: --all, or numbers or ids');
    const logs = openQuarantine(target.directory);
    const found = [...quarantinedIn(logs)];
    const chosen = new Set(found.filter((each) => isChosen(each, target)));
    checkWanted([...chosen], target);
    let dropped = 0;
    for (const log of logs) {
      const here = found.filter((each) => each.log === log);
      const gone = new Set(here.filter((each) => chosen.has(each)));
      if (gone.size === 0) continue;
      const taken = isTakeable(log) ? TakenQuarantine.take(target.directory, log) : undefined;
      if (taken === undefined) reportHeld(NAME, log, gone.size);
      else {
        await taken.remove(here, gone);
        dropped += gone.size;
      }
    }
    const output = new Output();
    await output.line(`dropped ${counted(dropped, 'event')}, ${found.length - dropped} left`);
    await output.flush();
    return unreadStatus(NAME, logs, dropped === chosen.size ? 0 : 1);
  },
});
