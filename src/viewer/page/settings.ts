import { useEffect, useState } from 'preact/hooks';

export type Theme = 'system' | 'light' | 'dark';

/** What somebody prefers on this machine; links do not carry it. */
export interface Settings {
  readonly zone: 'local' | 'utc';
  readonly theme: Theme;
}

const KEY = 'otel-events';
const watchers = new Set<(settings: Settings) => void>();
let settings = read();

export function useSettings(): Settings {
  const [now, setNow] = useState(settings);
  useEffect(() => {
    watchers.add(setNow);
    return () => void watchers.delete(setNow);
  }, []);
  return now;
}

export function changeSettings(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage is off in this browser: the settings hold until the page is closed.
  }
  // Before who draws with its colours is told.
  document.documentElement.dataset.theme = settings.theme;
  for (const tell of watchers) tell(settings);
}

export function isUtc(): boolean {
  return settings.zone === 'utc';
}

function read(): Settings {
  try {
    const { zone, theme } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>;
    return {
      zone: zone === 'utc' ? 'utc' : 'local',
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    };
  } catch {
    return { zone: 'local', theme: 'system' };
  }
}
