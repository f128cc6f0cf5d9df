import type { Row } from '../store/event-store.ts';
import { withParams } from './address.ts';
import { formatClock, formatCount, formatDuration } from './format.ts';
import { readMessages, type Said } from './read-messages.ts';
import { isError, rowDuration, rowSummary } from './row-field.ts';

/** Turns of a conversation with a model, what they cost, and what somebody thought of them. */
export function Conversation({
  rows,
  current,
}: {
  readonly rows: readonly Row[];
  readonly current: string | undefined;
}) {
  const turns = turnsOf(rows);
  return (
    <ol class="conversation">
      {turns.map(({ row, said }) => (
        <li key={row.id} class={row.id === current ? 'turn current' : 'turn'}>
          <p class="turn-head muted">
            <a href={withParams({ event: row.id })}>{formatClock(row.timeMs)}</a>
            <span>{row.name}</span>
            <Figures row={row} />
          </p>
          {said.map((one, at) => (
            <Message key={at} said={one} />
          ))}
          {row.name === 'gen_ai.evaluation.result' && <Judgement row={row} />}
          {said.length === 0 && row.name !== 'gen_ai.evaluation.result' && (
            <p class={isError(row) ? 'error' : ''}>{rowSummary(row)}</p>
          )}
        </li>
      ))}
    </ol>
  );
}

interface Turn {
  readonly row: Row;
  readonly said: readonly Said[];
}

/** Each request repeats all that was said before: only what is new is shown. A generation's event and span say it twice. */
function turnsOf(rows: readonly Row[]): Turn[] {
  const known = new Set<string>();
  return rows.flatMap((row) => {
    const said = [
      ...readMessages(row, 'gen_ai.system_instructions').map((one) => ({ ...one, role: 'system' })),
      ...readMessages(row, 'gen_ai.input.messages'),
      ...readMessages(row, 'gen_ai.output.messages'),
    ];
    const fresh = said.filter((one) => {
      const key = JSON.stringify(one);
      const isNew = !known.has(key);
      known.add(key);
      return isNew;
    });
    const isRepetition = fresh.length === 0 && (said.length > 0 || row.kind === 'span');
    return isRepetition && !isError(row) ? [] : [{ row, said: fresh }];
  });
}

function Message({ said }: { readonly said: Said }) {
  const { role, kind, title, text } = said;
  const isLong = kind !== 'text' && text.length > 200;
  return (
    <div class={`message ${roleClass(role)} ${kind}`}>
      <span class="role">
        {kind === 'text' ? role : `${role} ${KIND[kind]}`} {title}
      </span>
      {isLong ? (
        <details>
          <summary>{text.slice(0, 120)} …</summary>
          <pre>{text}</pre>
        </details>
      ) : (
        <pre>{text}</pre>
      )}
    </div>
  );
}

const KIND = { text: '', reasoning: 'thinks', call: 'calls', response: 'answers', other: '' } as const;

function roleClass(role: string): string {
  return ['system', 'user', 'assistant', 'tool'].includes(role) ? role : 'assistant';
}

function Figures({ row }: { readonly row: Row }) {
  const { attributes } = row;
  const model = attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model'];
  const input = attributes['gen_ai.usage.input_tokens'];
  const output = attributes['gen_ai.usage.output_tokens'];
  const duration = rowDuration(row);
  return (
    <>
      {typeof model === 'string' && <span>{model}</span>}
      {typeof input === 'number' && <span>{`${formatCount(input)} tokens in`}</span>}
      {typeof output === 'number' && <span>{`${formatCount(output)} out`}</span>}
      {duration !== undefined && <span>{formatDuration(duration)}</span>}
    </>
  );
}

function Judgement({ row }: { readonly row: Row }) {
  const { attributes } = row;
  const score = attributes['gen_ai.evaluation.score.value'];
  const label = attributes['gen_ai.evaluation.score.label'];
  const why = attributes['gen_ai.evaluation.explanation'];
  return (
    <p class="judgement">
      <strong>{String(attributes['gen_ai.evaluation.name'] ?? 'feedback')}</strong>
      {score !== undefined && <span class="number">{String(score)}</span>}
      {label !== undefined && <span class="badge">{String(label)}</span>}
      {why !== undefined && <span>{String(why)}</span>}
    </p>
  );
}
