import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** Puts a text into the clipboard, and says so. */
export function CopyButton({
  text,
  children,
}: {
  readonly text: () => string;
  readonly children: ComponentChildren;
}) {
  const [said, setSaid] = useState<string>();
  const copy = async (): Promise<void> => {
    const isDone = await navigator.clipboard.writeText(text()).then(
      () => true,
      () => false,
    );
    setSaid(isDone ? 'Copied' : 'Not allowed by the browser');
    setTimeout(() => setSaid(undefined), 1500);
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()}>
      {said ?? children}
    </button>
  );
}
