/** Where a word ends inside a name: at digits, before a capital letter, and before the last capital of several. */
const WORD_END =
  /(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[0-9])|(?<=[A-Z])(?=[A-Z][a-z])/g;
const SEPARATOR = /[ _.-]/;

/** `HTTPServer2.name` becomes `http_server_2_name`; only ASCII has cases here. */
export function toSnakeCase(text: string): string {
  return lower(text.trim().replace(WORD_END, '_').replace(/[ .-]/g, '_'));
}

/** `http_server.name` becomes `HttpServerName`; what is neither letter nor digit goes. */
export function toCamelCase(text: string): string {
  // The one acronym that the OpenTelemetry Collector treats as a word.
  const given = text.trim() === 'ID' ? 'id' : text.trim();
  let out = '';
  let isStart = true;
  let followsCapital = false;
  for (const character of given) {
    const isCapital = /[A-Z]/.test(character);
    const isLetter = isCapital || /[a-z]/.test(character);
    const isDigit = /[0-9]/.test(character);
    if (isLetter)
      out += isStart ? character.toUpperCase() : followsCapital && isCapital ? lower(character) : character;
    if (isDigit) out += character;
    isStart = isDigit || SEPARATOR.test(character);
    followsCapital = isCapital;
  }
  return out;
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
