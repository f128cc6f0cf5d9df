import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from '../make-processor.ts';

const WRONG: readonly (readonly [statement: string, problem: string])[] = [
  ['sett(log.body, 1)', 'column 1: unknown function sett; did you mean set?'],
  [
    'set(log.body, ParseXML("a"))',
    'column 15: the OpenTelemetry Collector has ParseXML; this engine does not',
  ],
  ['set(log.body, SHA25("a"))', 'column 15: unknown function SHA25; did you mean SHA256?'],
  ['set(log.bodi, 1)', 'column 5: there is no field bodi; did you mean body?'],
  ['set(body, 1)', 'paths say what they are for, and none here does: they begin with log, scope, resource'],
  [
    'set(log.attributes["a"], body)',
    'column 26: a path begins with where it is from, log.body, scope.body, instrumentation_scope.body, resource.body for example',
  ],
  ['set(log.body, "a', 'column 15: a string that does not end; it wants a " behind it'],
  ["set(log.body, 'a')", 'column 15: strings stand in "double quotes"'],
  ['set(log.body, "\\d")', 'column 16: \\d is no escape; for a backslash write \\\\'],
  [
    'set(log.body, 1) where log.body',
    'column 24: a path is no condition; compare it, with == true for example',
  ],
  ['set(log.body, 1) where log.body = 1', 'column 33: expected == instead of =, got ='],
  ['set(log.body, 1) and', 'column 18: expected where, or the end, got and'],
  ['set(log.body 1)', 'column 14: expected , or ), got 1'],
  ['set(log.body)', 'column 1: set takes target, value; value is missing'],
  ['set(log.body, 1, 2)', 'column 1: set takes target, value; there are 3 arguments'],
  ['set(target=log.body, valu=1)', 'column 22: set has no valu; did you mean value?'],
  ['set(target=log.body, 1)', 'column 22: arguments with a name stand behind all others'],
  ['set("a", log.body)', 'column 5: expected a path, such as log.attributes["name"]'],
  [
    'set(log.severity_number, SEVERITY_NUMBER_WRN)',
    'column 26: there is no enum SEVERITY_NUMBER_WRN for a log; did you mean SEVERITY_NUMBER_WARN?',
  ],
  ['set(log.body, 0x123)', 'column 15: a byte has two digits, and one is missing'],
  ['set(log.body, 9223372036854775808)', 'column 15: an int has 64 bits, and this one needs more'],
  ['set(log.attributes["a"], SHA256(5))', 'column 33: expected a string, got an int'],
  [
    'IsMatch(log.body, "a")',
    'column 1: IsMatch changes nothing; a statement begins with an editor such as set',
  ],
  [
    'limit(log.attributes, 1, ["a", "b"])',
    'column 1: limit: there are more priority_keys than limit lets stay',
  ],
  ['set(log.body, Sort)', 'column 15: expected ( behind Sort'],
  [
    'truncate_all(log.attributes, log.flags)',
    'column 30: expected an int, written here: it is read when the collector starts',
  ],
  [
    'set(otelcol.x, log.body)',
    'column 5: the OpenTelemetry Collector has otelcol paths; this engine does not',
  ],
  ['set(log.body, (x) => x)', 'column 15: this engine has no lambda expressions'],
  [`set(log.body, ${'('.repeat(200)}1)`, 'column 114: nested more than 100 deep'],
];

for (const [statement, problem] of WRONG) {
  test(`says what is wrong with ${statement.slice(0, 60)}`, async () => {
    const found = await problemsOf('transform', { log_statements: [statement] });
    assert.deepEqual(found, [`log_statements[0]: ${problem}`]);
  });
}

test('a problem in a later line of a statement has its line', async () => {
  const found = await problemsOf('transform', { log_statements: ['set(log.body,\n  Sett(1))'] });
  assert.deepEqual(found, ['log_statements[0]: line 2, column 3: unknown function Sett; did you mean set?']);
});

test('a pattern that is no regular expression is found at the start', async () => {
  const [found = ''] = await problemsOf('transform', {
    log_statements: ['set(log.body, IsMatch("a", "("))'],
  });
  assert.match(
    found,
    /^log_statements\[0\]: column 28: not a regular expression of RE2: missing closing \)$/,
  );
});

test('a statement whose paths do not say what they are for has no context', async () => {
  const found = await problemsOf('transform', { log_statements: ['set(span.name, "a")'] });
  assert.deepEqual(found, [
    'log_statements[0]: paths say what they are for, and none here does: they begin with log, scope, resource',
  ]);
});

test('the groups of statements are checked like any other setting', async () => {
  const group = { context: 'span', statement: ['set(name, "a")'], error_mode: 'ignre' };
  assert.deepEqual(await problemsOf('transform', { log_statements: [group, 'set(log.body, 1)'] }), [
    'log_statements: expected statements or groups of them, got both',
  ]);
  assert.deepEqual(await problemsOf('transform', { log_statements: [group], profile_statements: [] }), [
    'profile_statements: only the OpenTelemetry Collector has this; run that one with the same file',
    'log_statements[0].statement: unknown key; did you mean statements?',
    'log_statements[0].context: expected log, scope or resource, got another string',
    'log_statements[0].error_mode: expected ignore, silent or propagate, got another string',
  ]);
});
