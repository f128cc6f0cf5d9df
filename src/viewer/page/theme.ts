/**
 * A script of its own, which the page waits for: the theme that was chosen on this machine holds before anything is painted.
 * `settings.ts` changes it.
 */
try {
  const { theme } = JSON.parse(localStorage.getItem('otel-events') ?? '{}') as { readonly theme?: unknown };
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is off in this browser: the system's theme holds.
}

export {};
