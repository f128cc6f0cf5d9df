/** Whether something failed for want of what the process or the system may have again a moment later. */
export function isForWant(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'].includes(code);
}
