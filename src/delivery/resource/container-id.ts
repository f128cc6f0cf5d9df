import { readFileSync } from 'node:fs';

const ID = /[0-9a-f]{64}/;

/**
 * The id of the container this process runs in, 64 hex digits; undefined outside of one.
 * cgroup v1 has it in the process's cgroup path; under cgroup v2 that path is `/`, but the runtime mounts
 * the container's own files (`hostname`, `resolv.conf`) from a directory named after it.
 */
export function containerId(procDirectory = '/proc/self'): string | undefined {
  return fromCgroup(read(`${procDirectory}/cgroup`)) ?? fromMounts(read(`${procDirectory}/mountinfo`));
}

function fromCgroup(text: string): string | undefined {
  for (const line of text.split('\n')) {
    // `hierarchy:controllers:/path`; the last segment may be `docker-<id>.scope` or `<id>`.
    const segment = line.slice(line.lastIndexOf('/') + 1);
    const match = ID.exec(segment);
    if (match !== null) return match[0];
  }
  return undefined;
}

function fromMounts(text: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, , , root = '', mountPoint = ''] = line.split(' ');
    if (!/^\/etc\/(hostname|resolv\.conf|hosts)$/.test(mountPoint)) continue;
    const match = ID.exec(root);
    if (match !== null) return match[0];
  }
  return undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux, or a sandbox that hides /proc: there is no container to be found.
    return '';
  }
}
