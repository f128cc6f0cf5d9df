import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import { counted } from '../../counted.ts';
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
import type { Erased, EraseOptions } from './erased.ts';

/**
 * Takes a person's records out of a spool, a quarantine or the storage of a queue.
 * @returns one for each sub-directory; of a directory without any for itself
 * @throws what the file system throws
 */
export async function eraseSpool(
  directory: string,
  match: PersonMatch,
  options: EraseOptions,
): Promise<Erased[]> {
  const results: Erased[] = [];
  for (const home of subDirectoriesOf(directory)) {
    results.push(await eraseHome(directory, new ReadLog(home), match, options));
  }
  results.push(...eraseDamaged(directory, match, options));
  return results.length > 0 ? results : [{ place: directory, kind: 'spool', found: 0, erased: 0 }];
}

async function eraseHome(
  directory: string,
  log: ReadLog,
  match: PersonMatch,
  { dryRun, dropUnreadable }: EraseOptions,
): Promise<Erased> {
  const { found, unread, undecodable, damaged } = count(log, match);
  const base = { place: log.home.path, kind: 'spool', found } as const;
  if (unread !== undefined) return { ...base, erased: 0, problem: unread };
  const records =
    undecodable === 0 ? [] : [`an id in ${counted(undecodable, 'record')} that cannot be decoded`];
  const stretches =
    damaged === 0 ? [] : [`an id in ${counted(damaged, 'stretch', 'stretches')} of damaged bytes`];
  const all = [...records, ...stretches].join(', ');
  const told = dropUnreadable && all !== '' ? { dropped: all } : {};
  const changes = found > 0 || told.dropped !== undefined;
  const unreadable = dropUnreadable || all === '' ? undefined : `${all}: ${LOOK_OR_DROP}`;
  const problem = (changes ? heldBy(log) : undefined) ?? unreadable;
  if (dryRun) return { ...base, erased: 0, problem, ...told };
  if (!changes || heldBy(log) !== undefined) return { ...base, erased: 0, problem };
  if (!(await rewrite(directory, log, match, dropUnreadable)))
    return { ...base, erased: 0, problem: 'another process took it over: run this again' };
  // Damaged bytes have been set aside: they are told of where they are now.
  const left = dropUnreadable || records.length === 0 ? undefined : `${records[0]}: ${LOOK_OR_DROP}`;
  const dropped = dropUnreadable && records.length > 0 ? { dropped: records[0] } : {};
  return { ...base, erased: found, problem: left, ...dropped };
}

const LOOK_OR_DROP = 'look at it, or drop it with --drop-unreadable';

/** Why the records of a sub-directory cannot be taken out now. */
function heldBy({ home: { state, pid } }: ReadLog): string | undefined {
  if (state === 'living') return `process ${pid} has it: end it, and run this again`;
  return state === 'unknown' ? 'its owner may live: wait half a minute, and run this again' : undefined;
}

interface Counts {
  readonly found: number;
  /** Why a file could not be read. */
  readonly unread?: string;
  /** Records and stretches of bytes that cannot be read, with an id in them. */
  readonly undecodable: number;
  readonly damaged: number;
}

/** All that lies in its files counts, also what every sink has got. */
function count(log: ReadLog, match: PersonMatch): Counts {
  let found = 0;
  let undecodable = 0;
  let damaged = 0;
  for (const record of log.read()) {
    const one = withoutTheirs(log, record, match);
    if (one.isUndecodable) undecodable++;
    else found += one.found;
  }
  const [file] = log.unread;
  for (const { file, gaps } of log.segments) {
    for (const { offset, bytes, isTorn } of gaps) {
      if (!match.isIn(bytesAt(file, offset, bytes))) continue;
      // A write that a crash cut short, of which nobody was told that it is kept: it goes with the file.
      if (isTorn) found++;
      else damaged++;
    }
  }
  const unread = file && `${path.basename(file.file)} cannot be read: ${file.error.code}`;
  return { found, undecodable, damaged, ...(unread !== undefined && { unread }) };
}

function bytesAt(file: string, offset: number, length: number): Buffer {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
  } finally {
    closeSync(fd);
  }
}

interface Kept {
  readonly found: number;
  /** It holds an id, and nobody can say whose records are in it. */
  readonly isUndecodable?: boolean;
  /** What is left of it; undefined: nothing. */
  readonly field: Uint8Array | undefined;
  readonly items: number;
  readonly header: Header;
}

const NO_HEADER: Header = { resource: Buffer.alloc(0), scope: Buffer.alloc(0) };

function withoutTheirs(log: ReadLog, view: RecordView, match: PersonMatch): Kept {
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
    return match.isIn(field) ? { ...same, isUndecodable: true } : same;
  }
}

/**
 * Cursors only know positions: what is pending and stays is written anew before the old sub-directory goes, so that a crash
 * leaves it twice, and never not at all.
 * @returns false: somebody else was faster
 */
async function rewrite(
  directory: string,
  before: ReadLog,
  match: PersonMatch,
  dropUnreadable: boolean,
): Promise<boolean> {
  const taken = TakenLog.take(directory, before);
  if (taken === undefined) return false;
  try {
    // Under its new name.
    const log = new ReadLog({ ...before.home, path: taken.path });
    const end = await writePending(directory, log, match, dropUnreadable);
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
async function writePending(
  directory: string,
  log: ReadLog,
  match: PersonMatch,
  dropUnreadable: boolean,
): Promise<number> {
  let spool: Spool | undefined;
  let end = 0;
  try {
    for (const record of log.read()) {
      end = record.end;
      const mask = log.pendingOf(record);
      if (mask === 0) continue;
      const kept = withoutTheirs(log, record, match);
      if (kept.field === undefined || (kept.isUndecodable && dropUnreadable)) continue;
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

/** Bytes that were set aside because they are damaged cannot be taken apart: they go as a whole, or whoever has looked at them removes them. */
function eraseDamaged(
  directory: string,
  match: PersonMatch,
  { dryRun, dropUnreadable }: EraseOptions,
): Erased[] {
  const aside = path.join(directory, 'quarantine');
  if (!existsSync(aside)) return [];
  return readdirSync(aside, { withFileTypes: true }).flatMap((entry): Erased[] => {
    const place = path.join(aside, entry.name);
    if (!entry.isFile() || !match.isIn(readFileSync(place))) return [];
    const base = { place, kind: 'spool', found: 0, erased: 0 } as const;
    const what = 'an id in damaged bytes that were set aside';
    if (!dropUnreadable)
      return [
        { ...base, problem: `${what}: look at the file, and remove it, or have --drop-unreadable do so` },
      ];
    if (!dryRun) rmSync(place);
    return [{ ...base, dropped: what }];
  });
}

function unwritable(directory: string): OtelEventsError {
  const what = `cannot write to ${directory}: nothing was removed`;
  return new OtelEventsError('SPOOL_UNWRITABLE', what, { fix: 'make room, or see who may write there' });
}
