// Lives one script after the other; what lies below its directory fails as the script says.
import { writeFileSync } from 'node:fs';
import { OtlpSink } from '../../harness/otlp-sink.ts';
import { live, numbersIn } from './life.ts';
import { errnoOf, type Failure, type Script } from './script.ts';

const rules = process.env.FAIL_IO_RULES ?? '';
const sink = await OtlpSink.open();

process.on('message', async (ask: { script: Script; directory: string } | 'taken' | 'end') => {
  // Later than the script: a request may be under way when its logger closes.
  if (ask === 'taken') return void process.send?.(numbersIn(sink));
  if (ask === 'end') {
    await sink.goAway();
    process.removeAllListeners('disconnect');
    return process.disconnect();
  }
  sink.taken.length = 0;
  const report = await live(ask.script, {
    directory: ask.directory,
    sink,
    setRules: (failing) => writeFileSync(rules, failing.map(ruleOf).join('\n')),
  });
  process.send?.(report);
});
/** As fail-io.c has it. */
function ruleOf({ call, nth, code, part }: Failure): string {
  return `${call}${nth === undefined ? '' : `#${nth}`} ${errnoOf(code)} ${part}`;
}

// Never longer than the fuzzer, whatever becomes of that.
process.once('disconnect', () => process.exit());
process.send?.({});
