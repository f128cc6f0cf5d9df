import { useId } from 'preact/hooks';
import type { FieldsAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { useAnswer } from './use-answer.ts';

export interface FieldInputProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (field: string) => void;
}

const USUAL = ['name', 'service', 'severity', 'user', 'session', 'kind', 'duration', 'scope', 'status'];

/** The name of a field, with those that are stored as proposals. */
export function FieldInput({ label, value, placeholder, onChange }: FieldInputProps) {
  const id = useId();
  const { value: known } = useAnswer<FieldsAnswer>(apiUrl('fields', { q: '' }));
  const names = new Set([...USUAL, ...(known?.fields.map(({ field }) => field) ?? [])]);
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        list={id}
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        onChange={({ currentTarget }) => onChange(currentTarget.value.trim())}
      />
      <datalist id={id}>
        {[...names].slice(0, 500).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}
