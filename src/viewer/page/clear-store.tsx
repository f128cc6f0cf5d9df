import { useEffect, useRef, useState } from 'preact/hooks';
import type { StatusAnswer } from './answers.ts';
import { type ApiError, apiUrl, postJson } from './fetch-json.ts';
import { formatBytes, plural } from './format.ts';
import { Problem } from './problem.tsx';
import { asApiError } from './use-answer.ts';

interface ClearProps {
  readonly status: Pick<StatusAnswer, 'rows' | 'bytes'>;
  readonly onDone: () => void;
}

/** Deletes all that is stored, once somebody has written so. */
export function ClearStore(props: ClearProps) {
  const [isAsked, setAsked] = useState(false);
  return (
    <section>
      <h2>Delete everything</h2>
      <p class="muted">All rows and what the ledger counted, for good. What comes later is kept.</p>
      <button type="button" onClick={() => setAsked(true)}>
        Delete everything …
      </button>
      {isAsked && <ClearDialog {...props} onClose={() => setAsked(false)} />}
    </section>
  );
}

function ClearDialog({ status, onDone, onClose }: ClearProps & { readonly onClose: () => void }) {
  // More may come while somebody writes it.
  const [{ rows, bytes }] = useState(status);
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [error, setError] = useState<ApiError>();
  useEffect(() => dialog.current?.showModal(), []);
  const word = `delete ${rows}`;
  const clear = (): void =>
    void postJson(apiUrl('clear'), { confirm: 'delete everything' }).then(
      () => {
        onClose();
        onDone();
      },
      (problem: unknown) => setError(asApiError(problem)),
    );
  return (
    <dialog ref={dialog} class="clear" onClose={onClose} aria-label="Delete everything">
      <h2>
        Delete {plural(rows, 'row')}, {formatBytes(bytes)}?
      </h2>
      <p>They cannot be brought back. The quarantine and the spools of apps stay as they are.</p>
      <label class="field">
        <span>
          To do it, write <code>{word}</code>
        </span>
        <input value={text} onInput={({ currentTarget }) => setText(currentTarget.value.trim())} />
      </label>
      {error !== undefined && <Problem error={error} />}
      <p>
        <button type="button" disabled={text !== word} onClick={clear}>
          Delete
        </button>{' '}
        <button type="button" class="quiet" onClick={onClose}>
          Cancel
        </button>
      </p>
    </dialog>
  );
}
