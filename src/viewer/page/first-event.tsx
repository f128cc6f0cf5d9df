import { useState } from 'preact/hooks';
import type { StatusAnswer } from './answers.ts';
import { CopyButton } from './copy-button.tsx';
import { apiUrl } from './fetch-json.ts';
import { LANGUAGES, type Language, snippet } from './snippets.ts';
import { useAnswer } from './use-answer.ts';

/** How to send the first event, for several languages. */
export function FirstEvent() {
  const { value } = useAnswer<StatusAnswer>(apiUrl('status'));
  const [language, setLanguage] = useState<Language>(LANGUAGES[0]);
  const endpoint = value?.endpoints.otlpHttp ?? 'http://localhost:4318';
  const text = snippet(language, endpoint);
  return (
    <section class="first-event">
      <h2>Send the first event</h2>
      <p>
        This viewer takes OTLP over HTTP at <code>{endpoint}</code>
        {value?.endpoints.otlpGrpc ? (
          <>
            {' '}
            and over gRPC at <code>{value.endpoints.otlpGrpc}</code>
          </>
        ) : null}
        . An app that OpenTelemetry already instruments needs only{' '}
        <code>OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}</code>.
      </p>
      <div class="tabs">
        {LANGUAGES.map((one) => (
          <button
            key={one}
            type="button"
            class="quiet"
            aria-pressed={one === language}
            onClick={() => setLanguage(one)}
          >
            {one}
          </button>
        ))}
        <CopyButton text={() => text}>Copy</CopyButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}
