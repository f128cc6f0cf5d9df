// `npm run audit`: asks the registry what is known of the packages in use. Fails only for what it answers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * What came of a question. `unavailable` is no answer at all: the registry does not serve it, or is out of reach.
 * It says nothing about the packages.
 */
export interface Verdict {
  readonly kind: 'clean' | 'found' | 'unavailable';
  /** What was found, or why there is no answer. */
  readonly text: string;
}

interface Question {
  readonly what: string;
  readonly args: readonly string[];
}

const QUESTIONS: readonly Question[] = [
  { what: 'known vulnerabilities in what apps install', args: ['--omit=dev', '--audit-level=low'] },
  { what: 'serious ones in what develops it', args: ['--audit-level=high'] },
  { what: 'signatures of the registry and provenance', args: ['signatures'] },
];

/** Asks one question about the packages of a directory. @param args - as for `npm audit` */
export async function audit(directory: string, args: readonly string[]): Promise<Verdict> {
  // What does not answer at once is not waited for: npm's own retries take more than a minute.
  const patience = ['--fetch-retries=0', '--fetch-timeout=30000'];
  const child = spawn('npm', ['audit', ...args, '--json', ...patience], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return (
    verdictOf(status, stdout) ?? { kind: 'unavailable', text: `npm ended with ${status}: ${stderr.trim()}` }
  );
}

/** npm ends with 1 for what it found and for what it could not ask: only the answer tells which. */
function verdictOf(status: number | null, stdout: string): Verdict | undefined {
  const answer = parsed(stdout);
  if (answer?.auditReportVersion !== undefined || Array.isArray(answer?.invalid)) {
    return status === 0 ? { kind: 'clean', text: '' } : { kind: 'found', text: stdout.trim() };
  }
  const why = answer?.message ?? answer?.error?.summary;
  return why === undefined ? undefined : { kind: 'unavailable', text: why };
}

interface Answer {
  /** Of an answer about vulnerabilities. */
  readonly auditReportVersion?: number;
  /** Of an answer about signatures. */
  readonly invalid?: unknown;
  /** Of none, why; it depends on what failed which of the two. */
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

function parsed(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    // npm has written to standard error what is wrong.
    return undefined;
  }
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..', '..');
  const counts = { clean: 0, found: 0, unavailable: 0 };
  for (const { what, args } of QUESTIONS) {
    const { kind, text } = await audit(root, args);
    counts[kind]++;
    const words = { clean: 'ok     ', found: 'FOUND  ', unavailable: 'SKIPPED' };
    console.log(`${words[kind]} ${what}${kind === 'unavailable' ? `: not available here, ${text}` : ''}`);
    if (kind === 'found') console.log(text);
  }
  console.log(
    `${counts.clean} fine, ${counts.found} with findings, ${counts.unavailable} skipped: not asked, not known`,
  );
  if (counts.found > 0) process.exitCode = 1;
}
