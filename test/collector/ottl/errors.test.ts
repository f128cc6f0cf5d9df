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
  ['set(body, 1)', 'column 5: a path begins with where it is from; did you mean log.body?'],
  [
    'set(attributes["a"], 1)',
    'column 5: a path begins with where it is from; did you mean log.attributes, scope.attributes or resource.attributes?',
  ],
  [
    'set(trace_id.string, "")',
    'column 5: a path begins with where it is from; did you mean log.trace_id.string?',
  ],
  ['set(lgo.body, 1)', 'column 5: a path begins with log, scope or resource, got lgo; did you mean log?'],
  ['set(nonsense, 1)', 'column 5: a path begins with log, scope or resource, got nonsense'],
  [
    'set(span.name, "a")',
    'column 5: span belongs to trace_statements; paths here begin with log, scope or resource',
  ],
  [
    'set(log.body, span.name)',
    'column 15: span is not to be had where statements run for a log; paths begin with log, scope, instrumentation_scope, resource',
  ],
  [
    'set(log.attributes.user.id, 1)',
    'column 5: there is no field attributes.user.id; did you mean attributes["user.id"]?',
  ],
  [
    'flatten("a")',
    'column 1: no path says what this is for: one that begins with log, scope, resource, or a group with a context',
  ],
  ['set(log.body, 1) where log.body != null', 'column 36: OTTL writes nil, not null'],
  ['set(log.body, SHA256)', 'column 15: expected ( behind SHA256'],
  ['set(log, 1)', 'column 5: log alone is no path; a field follows, as in log.attributes'],
  [
    'set(resource["a"], 1)',
    'column 5: resource alone is no path; a field follows, as in resource.attributes',
  ],
  [
    'set(log.severityNumber, 1)',
    'column 9: fields are written in small letters, digits and _; did you mean severity_number?',
  ],
  ['set(log.Body, 1)', 'column 9: fields are written in small letters, digits and _; did you mean body?'],
  ['log.body = 1', 'column 1: a path is no statement; to change it write set(path, value)'],
  [
    'set(log.severity_number, WARN)',
    'column 26: there is no enum WARN for a log; did you mean SEVERITY_NUMBER_WARN?',
  ],
  ['set(log.body, 1) where log.flags in [1]', 'column 34: expected ==, !=, <, <=, > or >=, got in'],
  ['set(log.body, NULL)', 'column 15: OTTL writes nil, not NULL'],
  ['set(log.body, True)', 'column 15: OTTL writes true, not True'],
  ['set(log.body, 1) where NOT log.flags == 1', 'column 24: OTTL writes not, not NOT'],
  ['set(log.body, 1) where true && false', 'column 29: OTTL writes and, not &&'],
  ['set(log.body, 1) where true || false', 'column 29: OTTL writes or, not ||'],
  ['set(log.body, 1) where !true', 'column 24: OTTL writes not, or != between two values'],
  ['set(log.body, 1) where (log.flags === 1)', 'column 35: OTTL writes ==, not ==='],
  ['set(log.body, 1) where log.flags <> 1', 'column 34: OTTL writes !=, not <>'],
  [
    'set(log.body, 1) where log.body =~ "a"',
    'column 34: OTTL writes IsMatch(value, "pattern") for a regular expression',
  ],
  [
    'set(log.body, 1) where log.body !~ "a"',
    'column 33: OTTL writes not IsMatch(value, "pattern") for a regular expression',
  ],
  ['set(log.body, 1);', 'column 17: nothing stands behind a statement; each is an item of the list'],
  ['set(log.body, 1) WHERE true', 'column 18: expected "where" or the end, got WHERE'],
  ['set(log.body, 1) where true true', 'column 29: expected "and", "or" or the end, got true'],
  ['set(log.body, \u201Ca\u201D)', 'column 15: strings stand in "double quotes"'],
  ['set(log.body, isMatch("a", "b"))', 'column 15: unknown function isMatch; did you mean IsMatch?'],
  ['set(log.body, ismatch("a", "b"))', 'column 15: unknown function ismatch; did you mean IsMatch?'],
  [
    'replace_pattern(log.body, "a")',
    'column 1: replacement is missing in replace_pattern(target, regex_pattern, replacement, function?, replacement_format?)',
  ],
  ['set(log.body, Concat(["a"], 5))', 'column 29: expected a string, got an int'],
  ['set(log.body, Split("a"))', 'column 15: delimiter is missing in Split(target, delimiter)'],
  [
    'set(log.attributes["a"], body)',
    'column 26: a path begins with where it is from; did you mean log.body?',
  ],
  ['set(log.body, "a', 'column 15: a string that does not end; a " is missing behind it, or before'],
  ["set(log.body, 'a')", 'column 15: strings stand in "double quotes"'],
  ['set(log.body, "\\d")', 'column 16: \\d is no escape; for a backslash write \\\\, as in \\\\d'],
  [
    'set(log.body, 1) where log.body',
    'column 24: a path is no condition; compare it, with == true for example',
  ],
  ['set(log.body, 1) where log.body = 1', 'column 33: expected == between two values, got ='],
  ['set(log.body, 1) and', 'column 18: expected "where" or the end, got and'],
  ['set(log.body 1)', 'column 14: expected , or ), got 1'],
  ['set(log.body)', 'column 1: value is missing in set(target, value)'],
  ['set(log.body, 1, 2)', 'column 18: one argument too many for set(target, value)'],
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
    'column 1: IsMatch changes nothing: it is written as a converter; a statement begins with an editor, in small letters, such as set',
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

test('every statement of a list whose paths are for nothing is told of, with what it needs', async () => {
  const found = await problemsOf('transform', {
    trace_statements: [
      'set(attributes["a"], 1)',
      'set(log.body, "b")',
      'set(span.name, "c") where\n  log.body == 1',
    ],
    metric_statements: ['set(name, "a")'],
  });
  assert.deepEqual(found, [
    'trace_statements[0]: column 5: a path begins with where it is from; did you mean span.attributes, scope.attributes, resource.attributes or spanevent.attributes?',
    'trace_statements[1]: column 5: log belongs to log_statements; paths here begin with span, spanevent, scope or resource',
    'trace_statements[2]: line 2, column 3: log belongs to log_statements; paths here begin with span, spanevent, scope or resource',
    'metric_statements[0]: column 5: a path begins with where it is from; did you mean metric.name or scope.name?',
  ]);
});

test('a metric has no attributes, and no error says that it has', async () => {
  assert.deepEqual(await problemsOf('transform', { metric_statements: ['set(metric, "a")'] }), [
    'metric_statements[0]: column 5: metric alone is no path; a field follows, as in metric.name',
  ]);
});

test('a condition of another signal is sent to the conditions of that one', async () => {
  assert.deepEqual(await problemsOf('filter', { log_conditions: ['span.name == "a"', 'log.flag == 1'] }), [
    'log_conditions[0]: column 1: span belongs to trace_conditions; paths here begin with log, scope or resource',
    'log_conditions[1]: column 1: there is no field flag; did you mean flags?',
  ]);
});

test('a condition that names a function in another case is told the right one, as no editor', async () => {
  assert.deepEqual(
    await problemsOf('filter', { log_conditions: ['ismatch(log.body, "a")', 'set(log.body, 1)'] }),
    [
      'log_conditions[0]: column 1: unknown function ismatch; did you mean IsMatch?',
      'log_conditions[1]: column 1: set would change a record, and a condition asks',
    ],
  );
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
