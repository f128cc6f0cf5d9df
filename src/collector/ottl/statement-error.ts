/** A statement that is not written as OTTL is, or asks for what is not there: found when the collector starts. */
export class StatementError extends Error {
  constructor(statement: string, at: number, message: string) {
    const { line, column } = placeOf(statement, at);
    super(`${line === 1 ? '' : `line ${line}, `}column ${column}: ${message}`);
  }
}

/** Both from 1. */
function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}
