import { readFileSync } from 'node:fs';
import { counted } from '../../counted.ts';
import { OtelEventsError } from '../../errors.ts';
import { type Data, type Mending, mend } from '../../quarantine/mend.ts';
import { mergePatch } from '../../quarantine/merge-patch.ts';
import { openQuarantine, type Quarantined, quarantinedIn } from '../../quarantine/quarantined.ts';
import { isTakeable, TakenQuarantine } from '../../quarantine/taken-quarantine.ts';
import type { ReadLog } from '../../spool/read/read-log.ts';
import type { FoundDeadLetter } from '../../spool/send/dead-letters.ts';
import { complain, complainer, defineCommand, usageError } from '../command.ts';
import { onSignal } from '../output/on-signal.ts';
import { Output } from '../output/output.ts';
import { printable } from '../output/to-table.ts';
import { type LoadedEvents, loadEvents } from '../schema/load-events.ts';
import { DESTINATION_OPTIONS, DESTINATION_USAGE, openDestination } from '../spool/destination.ts';
import { LetterSource } from '../spool/letter-source.ts';
import { unreadStatus } from '../spool/read-status.ts';
import { Resend } from '../spool/resend.ts';
import { checkWanted, isChosen, targetIn } from './chooser.ts';

const NAME = 'otel-events quarantine replay';
const warn = complainer(NAME);

const USAGE = `Usage: otel-events quarantine replay DIR [EVENT...] --to URL [--schema FILE] [--patch FILE] [OPTIONS]

Mends events in the quarantine DIR, sends those that are valid now to an OTLP/HTTP server, with the ids, times and
resources they have, and removes what was taken. Those that are not valid stay as they are. An EVENT is a number or
an id, as quarantine ls shows them; without any it is about all. What a running app holds is left to it: stop the
app first.

  --schema FILE  what they must pass: a JSON Schema (JSON or YAML) or a module (.ts, .js) that exports what
                 defineEvent returned; may be repeated. The newest with the id of an event's schema counts.
                 What was redacted passes
  --ref FILE     a schema that those refer to, and that is no event; may be repeated
  --patch FILE   a JSON Merge Patch (RFC 7396) that is applied to the data first. Without --schema those pass in
                 which it changes all that was wrong
${DESTINATION_USAGE}
  --help         show this

Example: otel-events quarantine replay /var/spool/shop-quarantine --schema cart-2.yaml --to http://localhost:4318

Exit status: 0 all were taken; 1 not all, or the arguments are wrong; 2 something could not be read or written.`;

const OPTIONS = {
  ...DESTINATION_OPTIONS,
  schema: { type: 'string', multiple: true },
  ref: { type: 'string', multiple: true },
  patch: { type: 'string' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { schema = [], ref = [], patch, ...where }) {
    const target = targetIn(operands);
    if (schema.length === 0 && patch === undefined)
      throw usageError('nothing is mended', 'give --schema or --patch');
    const change = patch === undefined ? undefined : readPatch(patch);
    const mending = {
      change: (data: Data) => (change === undefined ? data : (mergePatch(data, change) as Data)),
      checked: (await load(schema, ref)).checked,
    };
    const destination = openDestination(where, warn);
    const logs = openQuarantine(target.directory);
    const all = [...quarantinedIn(logs)];
    const chosen = all.filter((each) => isChosen(each, target));
    checkWanted(chosen, target);
    const resend = new Resend({ destination, onError: warn });
    const ends = [onSignal(() => resend.stop()), destination.close];
    const output = new Output();
    const requests = await mendAll(chosen, mending, output);
    let [left, isBroken] = [chosen.length, false];
    for (const log of logs) {
      const here = all.filter((each) => each.log === log);
      try {
        left -= await replayLog(target.directory, log, here, requests, resend);
      } catch (error) {
        if (!(error instanceof OtelEventsError)) throw error;
        isBroken = true;
        warn(error);
      }
    }
    for (const end of ends) end();
    await output.line(
      `replayed ${counted(resend.sent, 'event')} in ${counted(resend.requests, 'request')}, refused ${resend.refused}`,
    );
    await output.flush();
    if (left > 0)
      complain(
        NAME,
        'EVENT_INVALID',
        `${counted(left, 'event is left', 'events are left')}, in the quarantine as before`,
      );
    return unreadStatus(NAME, logs, isBroken ? 2 : Math.min(1, left));
  },
});

/** Says what is still wrong. @returns the requests of those that pass */
async function mendAll(
  chosen: readonly Quarantined[],
  mending: Mending,
  output: Output,
): Promise<Map<Quarantined, Uint8Array>> {
  const requests = new Map<Quarantined, Uint8Array>();
  for (const each of chosen) {
    const mended = mend(each, mending);
    if (mended.issues === undefined) requests.set(each, mended.request);
    for (const { path, expected, got } of mended.issues ?? []) {
      const what = `${path === '' ? '(the data)' : path}: wanted ${expected}, got ${got}`;
      await output.line(`${each.number} ${printable(`${each.event?.id ?? '-'} ${what}`)}`);
    }
  }
  return requests;
}

/** @returns how many are gone from the quarantine */
async function replayLog(
  directory: string,
  log: ReadLog,
  here: readonly Quarantined[],
  requests: ReadonlyMap<Quarantined, Uint8Array>,
  resend: Resend,
): Promise<number> {
  const sent = here.filter((each) => requests.has(each));
  if (sent.length === 0 || resend.isStopped) return 0;
  const taken = isTakeable(log) ? TakenQuarantine.take(directory, log) : undefined;
  if (taken === undefined) {
    reportHeld(NAME, log, sent.length);
    return 0;
  }
  const letters = sent.map((each, index) => toLetter(each, requests.get(each) ?? new Uint8Array(), index));
  const source = new LetterSource(letters, (settlement) => resend.count(settlement));
  let gone = new Set<Quarantined>();
  try {
    await resend.run(source.cursors);
    gone = new Set(sent.filter((_, index) => source.delivered.has(index)));
  } finally {
    await taken.remove(here, gone);
  }
  return gone.size;
}

/** Says that a sub-directory is somebody else's. */
export function reportHeld(name: string, { home: { state, pid } }: ReadLog, count: number): void {
  const who = state === 'living' ? `a running app (process ${pid})` : 'another process';
  complain(
    name,
    'SPOOL_UNWRITABLE',
    `${counted(count, 'event is', 'events are')} held by ${who}: nothing was done`,
  );
}

/** Each is sent alone: one that is refused says nothing about the others. */
function toLetter({ name, sinks, batch }: Quarantined, request: Uint8Array, line: number): FoundDeadLetter {
  const { signal } = batch;
  return { file: '', line, letter: { time: '', sink: sinks.join(), reason: '', signal, name, request } };
}

/** Without files nothing of schemas is loaded. */
async function load(
  files: readonly string[],
  references: readonly string[],
): Promise<Pick<LoadedEvents, 'checked'>> {
  return files.length === 0 ? { checked: [] } : loadEvents(files, references);
}

function readPatch(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch (cause) {
    // The message would quote the file.
    throw new OtelEventsError('CONFIG_FILE_INVALID', `${file}: not JSON`, { cause });
  }
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  throw usageError(`--patch: ${file}: wanted a JSON object`, 'such as { "qty": 1, "typo": null }');
}
