// Preloaded: kills this process (no handler runs, nothing is flushed) at its n-th call that changes something
// below a directory: before it, or in the middle of a write.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** `call` counts from 1; 0 never kills. */
export interface DieAt {
  readonly under: string;
  readonly call: number;
  readonly torn: boolean;
}

const { under, call, torn } = JSON.parse(process.env.DIE_AT ?? '') as DieAt;
const fds = new Set<number>();
let calls = 0;

type Call = (...args: readonly unknown[]) => unknown;

/** Counts one call; on the last one of this life it does not return, and `half` is all that it does. */
function step(half: () => void = () => {}): void {
  calls++;
  if (calls !== call) return;
  if (torn) half();
  process.kill(process.pid, 'SIGKILL');
}

function replace(on: object, name: string, make: (real: Call) => Call): void {
  const functions = on as Record<string, Call>;
  functions[name] = make((functions[name] as Call).bind(on));
}

const isOurs = (target: unknown): boolean =>
  typeof target === 'number' ? fds.has(target) : String(target).startsWith(under);

for (const name of [
  'mkdirSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
  'utimesSync',
  'truncateSync',
  'unlink',
  'fsync',
  'fsyncSync',
]) {
  replace(fs, name, (real) => (...args) => {
    if (isOurs(args[0])) step();
    return real(...args);
  });
}
for (const name of ['truncate', 'unlink', 'rename', 'mkdir', 'writeFile']) {
  replace(fs.promises, name, (real) => (...args) => {
    if (isOurs(args[0])) step();
    return real(...args);
  });
}
replace(fs, 'openSync', (real) => (...args) => {
  const isForWriting = isOurs(args[0]) && args[1] !== 'r';
  if (isForWriting) step();
  const fd = real(...args) as number;
  if (isForWriting) fds.add(fd);
  return fd;
});
replace(fs, 'closeSync', (real) => (...args) => {
  fds.delete(args[0] as number);
  return real(...args);
});
replace(fs, 'writeSync', (real) => (...args) => {
  const [fd, bytes, from, length, at] = args as [number, Buffer, number, number, number];
  if (isOurs(fd)) step(() => real(fd, bytes, from, length >>> 1, at));
  return real(...args);
});
syncBuiltinESMExports();
process.on('exit', () => fs.writeSync(1, `calls ${calls}\n`));
