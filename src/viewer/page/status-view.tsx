import type { StatusAnswer } from './answers.ts';
import { ClearStore } from './clear-store.tsx';
import { clearedText } from './cleared-text.ts';
import { apiUrl } from './fetch-json.ts';
import { FirstEvent } from './first-event.tsx';
import { formatBytes, formatCount, formatTime, plural } from './format.ts';
import { Problem } from './problem.tsx';
import { changeSettings, type Theme, useSettings } from './settings.ts';
import { useAnswer } from './use-answer.ts';

/** What is stored and where, what this page is set to, and how to send something. */
export function StatusView() {
  const { value, error, reload } = useAnswer<StatusAnswer>(apiUrl('status'));
  const { zone, theme } = useSettings();
  return (
    <main class="page">
      <header class="page-head">
        <h1>Status</h1>
        {value !== undefined && <p class="muted">otel-events {value.version}</p>}
      </header>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {value !== undefined && <Stored status={value} />}
      <section>
        <h2>Settings</h2>
        <div class="form">
          <label class="field">
            <span>Times</span>
            <select
              value={zone}
              onChange={({ currentTarget }) =>
                changeSettings({ zone: currentTarget.value === 'utc' ? 'utc' : 'local' })
              }
            >
              <option value="local">
                of this machine ({Intl.DateTimeFormat().resolvedOptions().timeZone})
              </option>
              <option value="utc">UTC</option>
            </select>
          </label>
          <label class="field">
            <span>Theme</span>
            <select
              value={theme}
              onChange={({ currentTarget }) => changeSettings({ theme: currentTarget.value as Theme })}
            >
              <option value="system">as the system</option>
              <option value="light">light</option>
              <option value="dark">dark</option>
            </select>
          </label>
        </div>
      </section>
      <FirstEvent />
      {value?.canClear && <ClearStore status={value} onDone={reload} />}
    </main>
  );
}

function Stored({ status }: { readonly status: StatusAnswer }) {
  const { endpoints, links = {}, cleared } = status;
  const facts: [string, string][] = [
    ['Rows', formatCount(status.rows)],
    ['On disk', `${formatBytes(status.bytes)} in ${formatCount(status.files)} files`],
    ['Directory', status.directory],
    ['Oldest', status.oldestMs ? formatTime(status.oldestMs) : '–'],
    ['Newest', status.newestMs ? formatTime(status.newestMs) : '–'],
    ['Removed by caps on size and age', formatCount(status.removed)],
    ['Deleted by somebody', cleared ? clearedText(cleared) : '–'],
    ['OTLP over HTTP', endpoints.otlpHttp ?? 'off'],
    ['OTLP over gRPC', endpoints.otlpGrpc ?? 'off'],
  ];
  const others = Object.entries(links).filter((one): one is [string, string] =>
    /^https?:/.test(one[1] ?? ''),
  );
  return (
    <section>
      <Writes writes={status.writes} />
      <dl class="facts">
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
        {others.map(([name, href]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <a href={href} rel="noreferrer">
                {href}
              </a>
            </dd>
          </div>
        ))}
      </dl>
      {status.damaged.length > 0 && (
        <div class="problem" role="alert">
          <h2>Files that could not be read whole</h2>
          <ul>
            {status.damaged.map(({ file, reason }) => (
              <li key={file}>
                <code>{file}</code>: {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

/** Whether what comes is kept. Senders are told to come again, so what was refused need not be lost. */
function Writes({ writes }: Pick<StatusAnswer, 'writes'>) {
  const { state, sinceMs, reason, refusedRecords, refusedRequests } = writes;
  if (refusedRequests === 0) return null;
  const refused = `${plural(refusedRecords, 'record')} in ${plural(refusedRequests, 'request')} refused since the viewer started; senders were told to come again.`;
  if (state === 'ok') return <p class="warning">{refused}</p>;
  return (
    <div class="problem" role="alert">
      <h2>Nothing that comes is kept{sinceMs ? ` since ${formatTime(sinceMs)}` : ''}</h2>
      <p>{reason}</p>
      <p>{refused}</p>
    </div>
  );
}
