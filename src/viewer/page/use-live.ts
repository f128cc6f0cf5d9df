import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../store/event-store.ts';
import { apiUrl } from './fetch-json.ts';

export interface Live {
  /** The newest first; those that came while it was on and not paused. */
  readonly rows: readonly Row[];
  /** How many came while it was paused. */
  readonly waiting: number;
  /** How many the server left out because this page was too slow for them. */
  readonly skipped: number;
  readonly state: 'off' | 'connecting' | 'on' | 'broken';
}

/** More than a page holds; older ones are found by asking again. */
const MAX_ROWS = 20_000;

const OFF: Live = { rows: [], waiting: 0, skipped: 0, state: 'off' };

/** New rows of a query as the server stores them. While paused they are kept back, and none is lost. */
export function useLive(query: string, isOn: boolean, isPaused: boolean): Live {
  const [live, setLive] = useState<Live>(OFF);
  const held = useRef<Row[]>([]);
  const paused = useRef(isPaused);
  paused.current = isPaused;

  useEffect(() => {
    held.current = [];
    if (!isOn) return setLive(OFF);
    setLive({ ...OFF, state: 'connecting' });
    const source = new EventSource(apiUrl('live', { q: query }));
    let frame = 0;
    // Rows may come in hundreds of messages a second; the page is drawn once a frame.
    const flush = (): void => {
      frame = 0;
      const batch = held.current;
      const isHeld = paused.current;
      if (!isHeld) held.current = [];
      setLive((before) => taken(before, batch, isHeld));
    };
    source.addEventListener('rows', ({ data }) => {
      held.current.push(...(JSON.parse(data) as Row[]));
      if (held.current.length > MAX_ROWS) held.current.splice(0, held.current.length - MAX_ROWS);
      if (frame === 0) frame = requestAnimationFrame(flush);
    });
    source.addEventListener('skipped', ({ data }) => {
      const { count } = JSON.parse(data) as { count: number };
      setLive((before) => ({ ...before, skipped: before.skipped + count }));
    });
    source.onopen = () => setLive((before) => ({ ...before, state: 'on' }));
    source.onerror = () => setLive((before) => ({ ...before, state: 'broken' }));
    return () => {
      cancelAnimationFrame(frame);
      source.close();
    };
  }, [query, isOn]);

  useEffect(() => {
    if (isPaused || held.current.length === 0) return;
    const batch = held.current;
    held.current = [];
    setLive((before) => taken(before, batch, false));
  }, [isPaused]);
  return live;
}

function taken(live: Live, held: readonly Row[], isPaused: boolean): Live {
  if (isPaused) return { ...live, waiting: held.length };
  const rows = [...held.toReversed(), ...live.rows].slice(0, MAX_ROWS);
  return { ...live, rows, waiting: 0 };
}
