import { useEffect, useRef } from 'preact/hooks';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'write a query'],
  ['j k', 'next, previous'],
  ['Enter', 'open; in a trace: fold'],
  ['e', 'next error'],
  ['Esc', 'close, back'],
  ['l', 'live on and off'],
  ['p', 'pause, go on'],
  ['c', 'in a trace: fold all'],
  ['?', 'these keys'],
];

/** What the keyboard does. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-label="Keys">
      <dl class="keys">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
