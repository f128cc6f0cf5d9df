import { useEffect, useState } from 'preact/hooks';
import { useSettings } from './settings.ts';

const SYSTEM = matchMedia('(prefers-color-scheme: dark)');

/** Whether the page is dark now: for what is drawn anew when that changes, since a canvas knows no style sheet. */
export function useDark(): boolean {
  const { theme } = useSettings();
  const [isSystemDark, setSystemDark] = useState(SYSTEM.matches);
  useEffect(() => {
    const tell = ({ matches }: MediaQueryListEvent): void => setSystemDark(matches);
    SYSTEM.addEventListener('change', tell);
    return () => SYSTEM.removeEventListener('change', tell);
  }, []);
  return theme === 'system' ? isSystemDark : theme === 'dark';
}
