import type { ProcessorComponent } from '../component.ts';
import { integer, mapping, optional, type Read } from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';
import { MemoryLimit } from '../memory-limit.ts';

const MEBIBYTE = 1024 * 1024;
const MAX_MEBIBYTES = 2 ** 32 - 1;

const shape = mapping({
  check_interval: optional(duration, 0),
  limit_mib: optional(integer(0, MAX_MEBIBYTES), 0),
  spike_limit_mib: optional(integer(0, MAX_MEBIBYTES), 0),
  limit_percentage: optional(integer(0, MAX_MEBIBYTES), 0),
  spike_limit_percentage: optional(integer(0, MAX_MEBIBYTES), 0),
  // Only where the process is the collector's alone: in an app V8 collects garbage by itself.
  min_gc_interval_when_soft_limited: optional(duration, 10_000),
  min_gc_interval_when_hard_limited: optional(duration, 0),
});

type Settings = Read<typeof shape>;

/** Refuses requests while the process has too much memory in use; senders come again. */
export const memoryLimiterProcessor: ProcessorComponent<Settings> = {
  type: 'memory_limiter',
  shape,
  check: (settings, { add }) => {
    const { limit_mib: limit, spike_limit_mib: spike } = settings;
    const { limit_percentage: percent, spike_limit_percentage: spikePercent } = settings;
    if (!(settings.check_interval > 0)) add('check_interval', 'expected a duration above 0');
    if (settings.min_gc_interval_when_soft_limited < settings.min_gc_interval_when_hard_limited)
      add('min_gc_interval_when_soft_limited', 'is less than min_gc_interval_when_hard_limited');
    if (limit === 0 && percent === 0) add('limit_mib', 'is missing, and so is limit_percentage');
    if (percent > 100) add('limit_percentage', 'expected 1 to 100');
    if (spikePercent > 100) add('spike_limit_percentage', 'expected 1 to 100');
    if (limit > 0 && limit <= spike) add('spike_limit_mib', 'is not less than limit_mib');
    if (percent > 0 && percent <= spikePercent)
      add('spike_limit_percentage', 'is not less than limit_percentage');
  },
  create: (settings, { id, log, collectGarbage }) => {
    const { limit_mib: limit, spike_limit_mib: spike } = settings;
    const { limit_percentage: percent, spike_limit_percentage: spikePercent } = settings;
    const share = limit > 0 ? MEBIBYTE : MemoryLimit.total() / 100;
    const limitBytes = (limit > 0 ? limit : percent) * share;
    // A fifth of the limit, unless something is said.
    const spikeBytes = (limit > 0 ? spike : spikePercent) * share || limitBytes / 5;
    const memory = new MemoryLimit({
      mostBytes: limitBytes - spikeBytes,
      checkIntervalMs: settings.check_interval,
      garbage: collectGarbage && {
        collect: collectGarbage,
        minIntervalMs: settings.min_gc_interval_when_soft_limited,
        minIntervalHardMs: settings.min_gc_interval_when_hard_limited,
        hardBytes: limitBytes,
      },
      onChange: (isLimited, usedBytes) =>
        log(
          isLimited ? 'warn' : 'info',
          isLimited ? 'too much memory in use, requests are refused' : 'requests are taken again',
          {
            processor: id,
            mebibytes: Math.round(usedBytes / MEBIBYTE),
          },
        ),
    });
    return {
      process: (request) => {
        memory.check();
        return request;
      },
    };
  },
};
