import { useEffect, useRef, useState } from 'preact/hooks';
import { hrefTo } from './address.ts';
import type { Issue, QuarantinedAnswer, VerdictAnswer } from './answers.ts';
import { type ApiError, apiUrl, postJson } from './fetch-json.ts';
import { Problem } from './problem.tsx';
import { termOf } from './term-of.ts';
import { asApiError } from './use-answer.ts';

/** After so long without a key the data are checked. */
const PAUSE_MS = 300;

interface MendFormProps {
  readonly event: QuarantinedAnswer;
  readonly id: string;
}

/** The data of an event as JSON, checked by its schema while they are mended, and sent on when they are valid. */
export function MendForm({ event, id }: MendFormProps) {
  const [text, setText] = useState(() => JSON.stringify(event.data ?? {}, null, 2));
  const [verdict, setVerdict] = useState<VerdictAnswer>();
  const [error, setError] = useState<ApiError>();
  const [state, setState] = useState<'mending' | 'sending' | 'sent'>('mending');
  const area = useRef<HTMLTextAreaElement>(null);
  const url = (what: string): string => apiUrl(`quarantine/${encodeURIComponent(id.toWellFormed())}/${what}`);
  const data = dataIn(text);
  useEffect(() => {
    setVerdict(undefined);
    setError(undefined);
    if (data === undefined) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      postJson<VerdictAnswer>(url('check'), { data }, controller.signal).then(
        setVerdict,
        (wrong: unknown) => {
          if (!controller.signal.aborted) setError(asApiError(wrong));
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
  if (state === 'sent') return <Sent id={id} />;
  const isValid = verdict?.issues.length === 0;
  const send = (): void => {
    if (!isValid || event.isHeld || state === 'sending') return;
    setState('sending');
    setError(undefined);
    postJson<VerdictAnswer>(url('replay'), { data }).then(
      () => setState('sent'),
      (wrong: unknown) => {
        setError(asApiError(wrong));
        setState('mending');
      },
    );
  };
  return (
    <form
      class="mend-form"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        send();
      }}
    >
      <h3>
        <label for="mended">Mend its data</label>
      </h3>
      <textarea
        id="mended"
        ref={area}
        spellcheck={false}
        value={text}
        aria-describedby="verdict"
        aria-invalid={data === undefined || (verdict !== undefined && !isValid)}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(key) => {
          if (key.key === 'Enter' && (key.ctrlKey || key.metaKey)) send();
        }}
      />
      <div id="verdict" aria-live="polite">
        {data === undefined && <p class="error">This is not JSON of an object yet.</p>}
        {data !== undefined && verdict === undefined && error === undefined && (
          <p class="muted">Checking …</p>
        )}
        {isValid && (
          <p>
            <span class="badge ok">valid</span>{' '}
            {verdict.schema !== null
              ? `by ${verdict.schema.id}@${verdict.schema.version}`
              : 'all that was wrong is changed; no schema of it is declared'}
          </p>
        )}
        {verdict !== undefined && !isValid && (
          <Issues issues={verdict.issues} onShow={(path) => area.current && select(area.current, path)} />
        )}
      </div>
      {error !== undefined && <Problem error={error} />}
      {event.isHeld && (
        <p class="warning">An app that runs holds it. Stop that app, then it can be sent on.</p>
      )}
      <p class="buttons">
        <button type="submit" disabled={!isValid || event.isHeld || state === 'sending'} title="Ctrl+Enter">
          {state === 'sending' ? 'Sending …' : 'Send it on'}
        </button>
        <a class="button quiet" href={hrefTo(['quarantine'])}>
          Back
        </a>
      </p>
      <p class="muted">
        It keeps its id and its time. What was redacted is null, and stays null. When all exporters have it,
        it leaves the quarantine.
      </p>
    </form>
  );
}

function Issues({
  issues,
  onShow,
}: {
  readonly issues: readonly Issue[];
  readonly onShow: (path: string) => void;
}) {
  return (
    <ul class="issues">
      {issues.map(({ path, expected, got }, at) => (
        <li key={at}>
          {path === '' ? (
            <code>the data</code>
          ) : (
            <button type="button" class="quiet" title="Show it" onClick={() => onShow(path)}>
              <code>{path}</code>
            </button>
          )}{' '}
          wanted {expected}, got {got}
        </li>
      ))}
    </ul>
  );
}

function Sent({ id }: { readonly id: string }) {
  return (
    <section role="status">
      <p>
        <span class="badge ok">sent on</span> It has left the quarantine.
      </p>
      <p class="links">
        <a href={hrefTo([], { q: termOf('uid', id) })}>Look at it among the events</a>
        <a href={hrefTo(['quarantine'])}>Go on with the others</a>
      </p>
    </section>
  );
}

function dataIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Marks the name that a path ends with; of several of this name the first behind those before it. */
function select(area: HTMLTextAreaElement, path: string): void {
  let [from, to] = [0, 0];
  for (const step of path.split('/').slice(1)) {
    const name = JSON.stringify(step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const at = area.value.indexOf(`${name}:`, to);
    if (at >= 0) [from, to] = [at, at + name.length];
  }
  area.focus();
  area.setSelectionRange(from, to);
}
