import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PersonMatch } from '../../erase/person-match.ts';
import { withoutPerson } from '../../erase/without-person.ts';
import { OtelEventsError } from '../../errors.ts';
import { requestHead } from '../../otlp/sdk/encode-envelope.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { Header } from '../../spool/log/definitions.ts';
import { MAX_SINKS, type RecordView, signalOf } from '../../spool/log/layout.ts';
import { ReadLog } from '../../spool/read/read-log.ts';
import { subDirectoriesOf } from '../../spool/read/read-spool.ts';
import { Spool } from '../../spool/spool.ts';
import { TakenLog } from '../../spool/taken-log.ts';
import type { Erased } from './erased.ts';

/** Takes a person's records out of a spool, a quarantine or the storage of a queue. @throws what the file system throws */
export async function eraseSpool(directory: string, match: PersonMatch, dryRun: boolean): Promise<Erased[]> {
  const results: Erased[] = [];
  for (const home of subDirectoriesOf(directory)) {
    const log = new ReadLog(home);
    const { found, unread } = count(log, match);
    const base = { place: home.path, kind: 'spool', found } as const;
    const problem = unread ?? (found === 0 ? undefined : heldBy(log));
    if (problem !== undefined || found === 0 || dryRun) {
      if (found > 0 || problem !== undefined) results.push({ ...base, erased: 0, problem });
      continue;
    }
    const isDone = await rewrite(directory, log, match);
    const taken = 'another process took it over: run this again';
    results.push(isDone ? { ...base, erased: found } : { ...base, erased: 0, problem: taken });
  }
  return [...results, ...damaged(directory, match)];
}

/** Why the records of a sub-directory cannot be taken out now. */
function heldBy({ home: { state, pid } }: ReadLog): string | undefined {
  if (state === 'living') return `process ${pid} has it: end it, and run this again`;
  return state === 'unknown' ? 'its owner may live: wait half a minute, and run this again' : undefined;
}

/** All that lies in its files counts, also what every sink has got. */
function count(log: ReadLog, match: PersonMatch): { readonly found: number; readonly unread?: string } {
  let found = 0;
  let damaged = 0;
  for (const record of log.read()) {
    const one = withoutTheirs(log, record, match);
    if (one === undefined) damaged++;
    else found += one.found;
  }
  const [file] = log.unread;
  if (file !== undefined)
    return { found, unread: `${path.basename(file.file)} cannot be read: ${file.error.code}` };
  return damaged > 0 ? { found, unread: 'an id in a record that cannot be decoded' } : { found };
}

interface Kept {
  readonly found: number;
  /** What is left of it; undefined: nothing. */
  readonly field: Uint8Array | undefined;
  readonly items: number;
  readonly header: Header;
}

const NO_HEADER: Header = { resource: Buffer.alloc(0), scope: Buffer.alloc(0) };

/** @returns undefined of a record that cannot be decoded and holds an id */
function withoutTheirs(log: ReadLog, view: RecordView, match: PersonMatch): Kept | undefined {
  const field = view.bytes.subarray(view.from, view.to);
  const header = log.header(view.id) ?? NO_HEADER;
  const { resource, scope, whole } = header;
  const same = { found: 0, field, items: 1, header };
  const mayBe = whole === 'json' ? match.mayBeInJson(field) : match.mayBeInProtobuf(field);
  const around = [resource, scope].some((bytes) => match.mayBeInProtobuf(Buffer.from(bytes)));
  if (!mayBe && !around) return same;
  try {
    const signal = signalOf(view);
    const bytes = whole === undefined ? Buffer.concat([requestHead(header, field.length), field]) : field;
    const request = OtlpRequest.read(signal, whole ?? 'protobuf', bytes);
    const { found, rest } = withoutPerson(request, match);
    if (found === 0) return same;
    if (whole === undefined || rest === undefined) return { ...same, found, field: undefined };
    const kept = whole === 'json' ? rest.json() : rest.protobuf();
    return { found, field: kept, items: rest.count, header };
  } catch (error) {
    if (!(error instanceof OtelEventsError)) throw error;
    return match.isIn(field) ? undefined : same;
  }
}

/**
 * Cursors only know positions: what is pending and stays is written anew before the old sub-directory goes, so that a crash
 * leaves it twice, and never not at all.
 * @returns false: somebody else was faster
 */
async function rewrite(directory: string, before: ReadLog, match: PersonMatch): Promise<boolean> {
  const taken = TakenLog.take(directory, before);
  if (taken === undefined) return false;
  try {
    // Under its new name.
    const log = new ReadLog({ ...before.home, path: taken.path });
    const end = await writePending(directory, log, match);
    taken.settle(
      Array.from({ length: MAX_SINKS }, (_, bit) => bit),
      end,
    );
  } finally {
    await taken.finish();
  }
  return true;
}

/** @returns the position behind the last record */
async function writePending(directory: string, log: ReadLog, match: PersonMatch): Promise<number> {
  let spool: Spool | undefined;
  let end = 0;
  try {
    for (const record of log.read()) {
      end = record.end;
      const mask = log.pendingOf(record);
      if (mask === 0) continue;
      const kept = withoutTheirs(log, record, match);
      if (kept?.field === undefined) continue;
      const holds = kept.header.whole === undefined ? 'records' : 'requests';
      const maxBytes = Number.MAX_SAFE_INTEGER;
      spool ??= new Spool({ spool: directory, durability: 'disk', holds, maxBytes });
      const named = log.definitions.name(record.nameId);
      const name = holds === 'requests' && kept.found > 0 ? String(kept.items) : named;
      const kind = spool.kind(signalOf(record), kept.header, name, log.sinkNames(mask));
      if (spool.append(kind, kept.field) === 0 || spool.failing) throw unwritable(directory);
    }
    await spool?.durable();
    if (spool?.failing) throw unwritable(directory);
    return end;
  } finally {
    spool?.close();
  }
}

/** Bytes that were set aside because they are damaged cannot be taken apart: whoever has looked at them removes them. */
function damaged(directory: string, match: PersonMatch): Erased[] {
  const place = path.join(directory, 'quarantine');
  if (!existsSync(place)) return [];
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(place, entry.name);
    if (!entry.isFile() || !match.isIn(readFileSync(file))) return [];
    const problem = 'an id in damaged bytes that were set aside: look at the file, and remove it';
    return [{ place: file, kind: 'spool', found: 0, erased: 0, problem } as const];
  });
}

function unwritable(directory: string): OtelEventsError {
  const what = `cannot write to ${directory}: nothing was removed`;
  return new OtelEventsError('SPOOL_UNWRITABLE', what, { fix: 'make room, or see who may write there' });
}
