import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ERASING, eraseFile, type Found } from '../../erase/erase-file.ts';
import { eraseVictorialogs } from '../../erase/erase-victorialogs.ts';
import { PersonMatch } from '../../erase/person-match.ts';
import { withoutPerson } from '../../erase/without-person.ts';
import { OtelEventsError } from '../../errors.ts';
import { readStore } from '../../reconcile/read-store.ts';
import { subDirectoriesOf } from '../../spool/read/read-spool.ts';
import { emptyCache, storesIn } from '../../viewer/files/prune-cache.ts';
import { eraseRows } from '../../viewer/store/erase/erase-rows.ts';
import { storeFiles } from '../../viewer/store/file/store-files.ts';
import { cacheDirectory } from '../cache-directory.ts';
import { defineCommand, usageError } from '../command.ts';
import { filesOf } from '../files-of.ts';
import { Output } from '../output/output.ts';
import { progressBar, showProgress } from '../output/progress.ts';
import { readHeaders } from '../read-headers.ts';
import { wantRegularFiles } from '../want-regular-files.ts';
import { eraseLetters } from './erase-letters.ts';
import { eraseSpool } from './erase-spool.ts';
import type { Erased, EraseOptions } from './erased.ts';
import { linesOf, toJson } from './print-erased.ts';

const NAME = 'otel-events erase';

const USAGE = `Usage: otel-events erase --user ID [--session ID] PLACES [OPTIONS]

Takes all events, logs and spans of a user, or of a session, out of the places
that are named, for good, and tells what was found where and what could not be
reached. It may be run again, also after a crash in its middle.

  --user ID          whose user.id or enduser.id this is; may be repeated
  --session ID       whose session.id this is; may be repeated
  --files 'FILES'    event files, such as 'events*.jsonl*'; may be repeated
  --spool DIR        a spool with its dead letters, or the storage of a queue
  --quarantine DIR   events that their schemas refused
  --viewer DIR       a store of the viewer; no viewer may be running on it
  --store victorialogs=URL
                     VictoriaLogs, started with -delete.enable
  --header 'NAME: VALUE'
                     for VictoriaLogs, such as a token; @FILE reads them
  --hash-key @FILE   the hashKey with which redaction has hashed such ids: what
                     it made of them is looked for as well
  --dry-run          only counts
  --drop-unreadable  what nobody can read, and holds the id or may, goes too;
                     else it stays as it is, and is told
  --json             what became of each place, an object a line
  --help             show this

Example: otel-events erase --user u42 --files '/data/events*.jsonl*' \\
           --spool /var/spool/shop --viewer ~/otel-events-data/viewer --dry-run

Exit status: 0 all of it is gone (--dry-run: could be); 1 some could not be
reached, or the arguments are wrong; 2 something could not be read or written.`;

const MANY = { type: 'string', multiple: true } as const;

const OPTIONS = {
  user: MANY,
  session: MANY,
  files: MANY,
  spool: MANY,
  quarantine: MANY,
  viewer: MANY,
  store: MANY,
  header: MANY,
  'hash-key': { type: 'string' },
  'dry-run': { type: 'boolean' },
  'drop-unreadable': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { user: users = [], session: sessions = [], json = false, ...given }) {
    if (users.length + sessions.length === 0) throw usageError('whose: --user or --session');
    if ([...users, ...sessions].some((id) => id === ''))
      throw usageError('--user, --session: an id is empty');
    // What a run that was killed has left is no file of its own.
    const files = filesOf([...(given.files ?? []), ...operands]).filter((file) => !file.endsWith(ERASING));
    const { spool: spools = [], quarantine = [], viewer = [], store = [], 'dry-run': dryRun = false } = given;
    const todo = { dryRun, dropUnreadable: given['drop-unreadable'] ?? false };
    const directories = [...spools, ...quarantine, ...viewer];
    if (files.length + directories.length + store.length === 0)
      throw usageError('where: --files, --spool, --quarantine, --viewer or --store');
    // What is not there is said before anything is changed.
    wantRegularFiles(files);
    for (const directory of [...spools, ...quarantine]) checkSpool(directory);
    for (const directory of viewer) checkViewer(directory);
    const hashKey = readHashKey(given['hash-key']);
    const match = new PersonMatch({ users, sessions, hashKey });
    const headers = readHeaders(given.header ?? []);
    const stores = store.map((text) =>
      readStore(text, headers, { victorialogs: (asked) => ({ text: asked.url.origin, asked }) }),
    );
    const output = new Output();
    const results: Erased[] = [];
    const add = async (...more: readonly Erased[]): Promise<void> => {
      results.push(...more);
      if (json) for (const one of more) await output.line(JSON.stringify(toJson(one, dryRun)));
    };
    // From the app to the store: what is sent while this runs is found behind it.
    for (const directory of [...spools, ...quarantine]) {
      await add(...(await eraseSpool(directory, match, todo)));
      await add(...eraseLetters(directory, match, todo));
    }
    for (const file of files) await add(await eraseOneFile(file, match, todo));
    if (files.length > 0) await add(...eraseCache(dryRun));
    for (const directory of viewer) await add(eraseStore(directory, match, dryRun));
    for (const { text, asked } of stores) {
      const done = await reached(() => eraseVictorialogs(asked, match, dryRun));
      await add({ place: `victorialogs=${text}`, kind: 'victorialogs', ...done });
    }
    if (!json) for (const line of linesOf(results, dryRun, output.width)) await output.line(line);
    await output.flush();
    return results.some(({ problem }) => problem !== undefined) ? 1 : 0;
  },
});

/** Another directory has nothing of anybody, and would be called clean. */
function checkSpool(directory: string): void {
  if (subDirectoriesOf(directory).length > 0) return;
  const foreign = readdirSync(directory, { withFileTypes: true }).find((entry) => entry.isFile());
  if (foreign !== undefined) throw usageError(`${directory} is no spool: it holds ${foreign.name}`);
}

function checkViewer(directory: string): void {
  const names = readdirSync(directory);
  if (names.length > 0 && storeFiles(directory).length === 0 && !names.includes('writer.lock'))
    throw usageError(`${directory} is no store of the viewer: it holds ${names[0]}`);
}

/** A secret is no argument: everybody on the machine can see those. */
function readHashKey(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!text.startsWith('@')) throw usageError('--hash-key: wanted @FILE', 'arguments can be seen by others');
  const key = readFileSync(text.slice(1), 'utf8').replace(/\r?\n$/, '');
  if (key === '') throw usageError('--hash-key: the file is empty');
  return key;
}

async function eraseOneFile(file: string, match: PersonMatch, todo: EraseOptions): Promise<Erased> {
  const { size } = statSync(file);
  let read = 0;
  const end = showProgress(() => (size === 0 ? '' : progressBar('looking through a file', read / size)));
  const onRead = (bytes: number): void => {
    read = bytes;
  };
  try {
    return {
      place: file,
      kind: 'file',
      ...(await reached(() => eraseFile(file, match, { ...todo, onRead }))),
    };
  } finally {
    end();
  }
}

/** Queries keep what they have read of files: it is made again of what is left. */
function eraseCache(dryRun: boolean): Erased[] {
  const place = cacheDirectory();
  if (!existsSync(place)) return [];
  const { stores, inUse } = dryRun ? { stores: storesIn(place).length, inUse: 0 } : emptyCache(place);
  const problem = inUse > 0 ? 'a query is using it: run this again' : undefined;
  const erased = dryRun ? 0 : stores - inUse;
  return stores === 0 ? [] : [{ place, kind: 'cache', found: stores, erased, problem }];
}

function eraseStore(directory: string, match: PersonMatch, dryRun: boolean): Erased {
  const rows = {
    mayBeIn: (bytes: Buffer) => match.mayBeInProtobuf(bytes),
    has: (request: Parameters<typeof withoutPerson>[0]) => withoutPerson(request, match).found > 0,
  };
  const { found, isInUse, damaged } = eraseRows(directory, rows, { dryRun });
  const [first] = damaged;
  const problem = isInUse
    ? 'a viewer runs on it: end it, and run this again'
    : first && `${path.basename(first.file)} cannot be read or written anew: ${first.reason}`;
  return { place: directory, kind: 'viewer', found, erased: dryRun || isInUse ? 0 : found, problem };
}

/** A place that cannot be reached does not keep the others from being looked at. */
async function reached(look: () => Promise<Found>): Promise<Found> {
  try {
    return await look();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { found: 0, erased: 0, problem: error instanceof OtelEventsError ? message : code };
  }
}
