import { SIGNALS } from '../../otlp/wire/batch.ts';
import type { ReceiverComponent, ReceiverHost } from '../component.ts';
import { byteSize } from '../config/byte-size.ts';
import { boolean, integer, listOf, mapping, oneOf, optional, type Read, text } from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';
import { ReceiverCounts } from '../counts/receiver-counts.ts';
import { FileTail } from '../files/file-tail.ts';
import { LineTaker } from '../files/line-taker.ts';
import { OffsetStore } from '../files/offset-store.ts';
import { Intake } from '../intake.ts';

/** A request of 20 MiB of protobuf makes about so much JSON. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

const globs = listOf(text('a path or a glob', (given) => (given === '' ? undefined : given)));

/** These only say what the lines of other formats are given as attributes; a request has its own. */
const NAMES = ['name', 'path', 'name_resolved', 'path_resolved', 'owner_name', 'owner_group_name'] as const;

const shape = mapping(
  {
    include: optional(globs, []),
    exclude: optional(globs, []),
    exclude_older_than: optional(duration, 0),
    start_at: optional(oneOf(['beginning', 'end']), 'end'),
    poll_interval: optional(duration, 200),
    storage: optional(text('the id of an extension')),
    replay_file: optional(boolean, false),
    compression: optional(
      text('gzip, auto or nothing', (given) => (['', 'gzip', 'auto'] as const).find((one) => one === given)),
      '',
    ),
    max_concurrent_files: optional(integer(1), 1024),
    max_log_size: optional(byteSize(1), MAX_LINE_BYTES),
    fingerprint_size: optional(byteSize(16), 1000),
    delete_after_read: optional(boolean, false),
    on_truncate: optional(oneOf(['read_whole_file'], ['ignore', 'read_new']), 'read_whole_file'),
    encoding: optional(oneOf(['utf-8'], ['utf8', 'nop', 'ascii', 'utf-16le', 'utf-16be', 'big5']), 'utf-8'),
    // Half a line waits until it is whole, for however long.
    force_flush_period: optional(duration),
    // Memory grows as it is needed.
    initial_buffer_size: optional(byteSize(1)),
    ...Object.fromEntries(NAMES.map((name) => [`include_file_${name}`, optional(boolean)])),
  },
  [
    'acquire_fs_lock',
    'file_cache_advise',
    'header',
    'include_file_permissions',
    'include_file_record_number',
    'include_file_record_offset',
    'max_batches',
    'max_log_size_behavior',
    'multiline',
    'ordering_criteria',
    'polls_to_archive',
    'preserve_leading_whitespaces',
    'preserve_trailing_whitespaces',
  ],
);

type Settings = Read<typeof shape>;

/** Reads files of OTLP/JSON, a request a line, as the file exporters of both engines write them. */
export const otlpJsonFileReceiver: ReceiverComponent<Settings> = {
  type: 'otlp_json_file',
  shape,
  check: (settings, { add, has, providing }) => {
    const { include = [], storage, start_at: startAt } = settings;
    if (!has('include')) add('include', 'is missing');
    else if (include.length === 0) add('include', 'expected a path or a glob, or several');
    if (settings.delete_after_read && startAt === 'end')
      add('delete_after_read', 'only together with start_at: beginning: the rest would be deleted unread');
    if (settings.replay_file && (storage !== undefined || settings.delete_after_read))
      add('replay_file', 'not together with storage or delete_after_read: files are read again and again');
    if (storage !== undefined && !providing('storage').includes(storage))
      add('storage', 'expected the id of a file_storage extension that service.extensions lists');
  },
  create: (settings, host) => receiverOf(settings, host),
};

function receiverOf(settings: Settings, { id, log, tally, consume, storage }: ReceiverHost) {
  const end = new AbortController();
  const signals = SIGNALS.filter((signal) => consume[signal] !== undefined);
  const counts = new ReceiverCounts(tally, id, signals, ['file']);
  const intake = new Intake({ consume, maxHeldBytes: 0, counts });
  const taker = new LineTaker(intake, log, id, end.signal);
  const told = new Set<string>();
  const onError = (file: string, { message }: Error): void => {
    const key = `${file} ${message}`;
    if (told.has(key)) return;
    told.add(key);
    log('warn', 'a file is not read', { receiver: id, file, error: message });
  };
  const tail = new FileTail({
    include: settings.include,
    exclude: settings.exclude,
    maxAgeMs: settings.exclude_older_than,
    startAt: settings.start_at,
    pollIntervalMs: settings.poll_interval,
    replays: settings.replay_file,
    compression: settings.compression,
    maxFiles: settings.max_concurrent_files,
    maxLineBytes: settings.max_log_size,
    headBytes: settings.fingerprint_size,
    deletes: settings.delete_after_read,
    store: settings.storage === undefined ? undefined : new OffsetStore(storage(settings.storage)),
    take: (file, line) => taker.take(file, line),
    onError: (file, error) => onError(file, error as Error),
  });
  return {
    endsFirst: settings.storage !== undefined,
    start: async () => {
      await tail.start();
      return {};
    },
    stop: async (timeoutMs: number) => {
      end.abort();
      await tail.stop(timeoutMs);
      taker.end();
    },
    stats: () => intake.stats(),
  };
}
