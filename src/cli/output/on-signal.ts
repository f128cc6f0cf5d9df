/** Calls `stop` at the first SIGINT or SIGTERM; the second one ends the process at once. @returns the end of it */
export function onSignal(stop: () => void): () => void {
  let told = false;
  const hear = (): void => {
    if (told) process.exit(130);
    told = true;
    stop();
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  return () => process.off('SIGINT', hear).off('SIGTERM', hear);
}
