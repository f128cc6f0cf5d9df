/** The first cookie of a name in a `Cookie` header, as it was sent, without quotes. */
export function cookieValue(header: string, name: string): string | undefined {
  const sought = `${name}=`;
  // Each place costs a look, so that a header made of semicolons costs no more than its length.
  for (let at = header.indexOf(sought); at !== -1; at = header.indexOf(sought, at + 1)) {
    if (!isStart(header, at)) continue;
    const end = header.indexOf(';', at);
    const value = header.slice(at + sought.length, end === -1 ? undefined : end).trim();
    return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  }
  return undefined;
}

/** Whether a cookie starts there: at the beginning, or after a semicolon and perhaps spaces. */
function isStart(header: string, at: number): boolean {
  let before = at - 1;
  while (header[before] === ' ') before--;
  return before < 0 || header[before] === ';';
}
