import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { CompleteAnswer } from './answers.ts';
import { type ApiError, apiUrl, fetchJson } from './fetch-json.ts';

export interface SearchBoxProps {
  readonly query: string;
  readonly error?: ApiError | undefined;
  readonly label?: string;
  readonly placeholder?: string;
  /** `/` on the keyboard goes there. */
  readonly isMain?: boolean;
  readonly onSearch: (query: string) => void;
}

/** A query being written: proposals while one types, and a mark where it is wrong. */
export function SearchBox(props: SearchBoxProps) {
  const { query, error, label = 'Search', isMain = false, onSearch } = props;
  const [text, setText] = useState(query);
  const [proposed, setProposed] = useState<CompleteAnswer>();
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController>(undefined);
  const id = useId();
  const proposals = proposed?.proposals ?? [];

  useEffect(() => {
    setText(query);
    close();
  }, [query]);
  useEffect(() => {
    if (error?.at !== undefined && document.activeElement === input.current) {
      input.current?.setSelectionRange(error.at, error.at + 1);
    }
  }, [error]);

  const close = (): void => {
    stop.current?.abort();
    setProposed(undefined);
    setChosen(-1);
  };
  const ask = async (q: string, at: number): Promise<void> => {
    stop.current?.abort();
    const controller = new AbortController();
    stop.current = controller;
    // Proposals are a help: without them one goes on typing.
    const answer = await fetchJson<CompleteAnswer>(apiUrl('complete', { q, at }), controller.signal).catch(
      () => undefined,
    );
    if (controller.signal.aborted) return;
    setProposed(answer);
    setChosen(-1);
  };
  const take = (place: number): void => {
    const proposal = proposals[place];
    const field = input.current;
    if (proposed === undefined || proposal === undefined || field === null) return;
    const next = field.value.slice(0, proposed.from) + proposal.text + field.value.slice(proposed.to);
    const at = proposed.from + proposal.text.length;
    // At once, not with the next drawing: who types on adds to the whole proposal.
    field.value = next;
    field.setSelectionRange(at, at);
    setText(next);
    setChosen(-1);
    if (proposal.text.endsWith(':')) void ask(next, at);
    else close();
  };
  /** What stands in the field; `text` is of the last drawing, and keys are faster than that. */
  const search = (): void => onSearch((input.current?.value ?? text).trim());
  const keyDown = (event: KeyboardEvent): void => {
    const isOpen = proposals.length > 0;
    if (event.key === 'Enter') {
      if (chosen >= 0) take(chosen);
      else {
        close();
        search();
      }
    } else if (event.key === 'Escape') {
      if (isOpen) close();
      else input.current?.blur();
    } else if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setChosen((before) => Math.max(-1, Math.min(proposals.length - 1, before + step)));
    } else if (isOpen && event.key === 'Tab' && !event.shiftKey) take(Math.max(0, chosen));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="search">
      <input
        ref={input}
        class={error === undefined ? 'search-input' : 'search-input wrong'}
        data-main={isMain}
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={proposals.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-invalid={error !== undefined}
        aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={
          props.placeholder ?? 'name:checkout.* severity:>=warn duration:>500ms "card declined" last:2h'
        }
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          void ask(currentTarget.value, currentTarget.selectionStart ?? currentTarget.value.length);
        }}
        onKeyDown={keyDown}
        onBlur={() => {
          close();
          if (!isMain) search();
        }}
      />
      <div
        class="proposals"
        role="listbox"
        id={`${id}-list`}
        aria-label="Proposals"
        hidden={proposals.length === 0}
      >
        {proposals.map((proposal, place) => (
          <div
            key={proposal.text}
            role="option"
            id={`${id}-${place}`}
            aria-selected={place === chosen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(place)}
          >
            <code>{proposal.text}</code>
            <span class="muted">{proposal.note ?? ''}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
