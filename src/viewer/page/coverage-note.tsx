import type { Coverage } from './answers.ts';
import { formatCount, formatDuration } from './format.ts';

/** Says when an answer does not cover all: a number that is not whole must not look as if it were. */
export function CoverageNote({ answer }: { readonly answer: Coverage | undefined }) {
  if (answer === undefined) return null;
  const { rows, of, tookMs } = answer.scanned;
  if (answer.complete) {
    return <span class="muted note">{`of ${formatCount(of)}, in ${formatDuration(tookMs)}`}</span>;
  }
  return (
    <span class="warning note" role="status">
      {rows >= of
        ? 'Rows are missing: files of the store are damaged.'
        : `Only ${formatCount(rows)} of ${formatCount(of)} rows were looked at in time. Choose a shorter range for the whole answer.`}
    </span>
  );
}
