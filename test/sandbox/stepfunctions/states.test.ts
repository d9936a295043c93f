import { describe, expect, it } from 'vitest';
import { aStepFunctionsWorld } from './a-step-functions-world.ts';

const machine = (states: Record<string, object>, extra: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...extra,
});
const pass = (output: unknown) => machine({ Only: { Type: 'Pass', Output: output, End: true } });

describe('expressions', () => {
  it.each([
    { name: 'reads the input', output: '{% $states.input.n + 1 %}', gives: 3 },
    { name: 'reads the context', output: '{% $states.context.State.Name %}', gives: 'Only' },
    { name: 'partitions a list', output: '{% $partition([1..5], 2) %}', gives: [[1, 2], [3, 4], [5]] },
    { name: 'makes a range upwards', output: '{% $range(0, 10, 5) %}', gives: [0, 5, 10] },
    { name: 'makes a range downwards', output: '{% $range(3, 1, -1) %}', gives: [3, 2, 1] },
    { name: 'parses JSON', output: '{% $parse("{\\"a\\":[1]}") %}', gives: { a: [1] } },
    {
      name: 'hashes with SHA-256',
      output: '{% $hash("abc", "SHA-256") %}',
      gives: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
    { name: 'gives a UUID', output: '{% $match($uuid(), /^[0-9a-f-]{36}$/).index %}', gives: 0 },
    { name: 'gives the same random number for the same seed', output: '{% $random(5) = $random(5) %}', gives: true },
    { name: "takes the sandbox's time", output: '{% $now() %}', gives: '2026-01-01T00:00:00.000Z' },
    { name: "counts the sandbox's milliseconds", output: '{% $millis() %}', gives: Date.UTC(2026, 0, 1) },
    { name: 'formats the time', output: "{% $now('[Y]-[M01]') %}", gives: '2026-01' },
    { name: 'keeps a sequence of one as its value', output: '{% $states.input.list[x=1].y %}', gives: 'a' },
    { name: 'keeps __proto__ as a name like any other', output: '{% {"a": 1} %}', gives: { a: 1 } },
  ])('$name', async ({ output, gives }) => {
    const ended = await aStepFunctionsWorld().run(pass(output), { n: 2, list: [{ x: 1, y: 'a' }, { x: 2 }] });
    expect(ended.cause).toBeUndefined();
    expect(ended.output).toEqual(gives);
  });

  it.each([
    {
      name: 'an operand of the wrong type',
      output: "{% 1 + 'a' %}",
      cause: /threw an error during evaluation. T2002: /,
    },
    {
      name: '$eval',
      output: "{% $eval('1') %}",
      cause: /threw an error during evaluation. D3137: .*\$eval is not supported/,
    },
    { name: 'a function as the value', output: '{% $sum %}', cause: /returned an unsupported result type\.$/ },
    { name: 'a range over 1,000 numbers', output: '{% $range(1, 2000, 1) %}', cause: /at most 1000 values/ },
    { name: 'a hash of unknown kind', output: "{% $hash('a', 'SHA-3') %}", cause: /expects one of MD5, SHA-1/ },
  ])('fails on $name', async ({ output, cause }) => {
    const ended = await aStepFunctionsWorld().run(pass(output));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ended.cause).toMatch(cause);
    expect(ended.events.map((event) => event.type)).toContain('EvaluationFailed');
  });
});

describe('variables', () => {
  it('are set together from the values before', async () => {
    const states = {
      First: { Type: 'Pass', Assign: { a: 1, b: 10 }, Next: 'Swap' },
      Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: '{% $a %}', Next: 'Read' },
      Read: { Type: 'Pass', Output: { a: '{% $a %}', b: '{% $b %}', before: '{% $states.input %}' }, End: true },
    };
    expect((await aStepFunctionsWorld().run(machine(states))).output).toEqual({ a: 10, b: 1, before: 1 });
  });

  it('of a branch stay inside it, and those outside can be read', async () => {
    const branch = (value: string) => ({
      StartAt: `Set${value}`,
      States: {
        [`Set${value}`]: { Type: 'Pass', Assign: { inner: value }, Next: `Read${value}` },
        [`Read${value}`]: { Type: 'Pass', Output: '{% $outer & $inner %}', End: true },
      },
    });
    const states = {
      Outer: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'Both' },
      Both: { Type: 'Parallel', Branches: [branch('x'), branch('y')], Next: 'After' },
      After: { Type: 'Pass', Output: { both: '{% $states.input %}', gone: '{% $exists($inner) %}' }, End: true },
    };
    const ended = await aStepFunctionsWorld().run(machine(states));
    expect(ended.output).toEqual({ both: ['ox', 'oy'], gone: false });
  });
});

describe('Choice', () => {
  const choice = (extra: object) =>
    machine({
      Pick: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.go %}', Next: 'Yes' }], ...extra },
      Yes: { Type: 'Pass', Output: 'yes', End: true },
      No: { Type: 'Pass', Output: '{% $states.input %}', End: true },
    });

  it('takes the default with the Output of the state', async () => {
    const ended = await aStepFunctionsWorld().run(choice({ Default: 'No', Output: 'none matched' }), { go: false });
    expect(ended.output).toBe('none matched');
  });

  it('fails when nothing matches and there is no default', async () => {
    const definition = machine({
      Pick: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Yes' }] },
      Yes: { Type: 'Succeed' },
    });
    const ended = await aStepFunctionsWorld().run(definition);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it('refuses a condition that is not a boolean', async () => {
    const ended = await aStepFunctionsWorld().run(choice({ Default: 'No' }), { go: 'x' });
    expect(ended.error).toBe('States.QueryEvaluationError');
    expect(ended.cause).toMatch(
      /field 'Choices\[0\]\/Condition' .* Expected 'boolean', but was 'string' for value: "x"$/,
    );
  });
});

describe('Wait', () => {
  const wait = (field: object) => machine({ Pause: { Type: 'Wait', ...field, End: true } });

  it.each([
    { name: 'seconds', field: { Seconds: 90 }, waits: 90_000 },
    { name: 'seconds from an expression', field: { Seconds: '{% 30 * 2 %}' }, waits: 60_000 },
    { name: 'a timestamp', field: { Timestamp: '2026-01-01T01:00:00Z' }, waits: 3_600_000 },
    { name: 'a timestamp with an offset', field: { Timestamp: '2026-01-01T01:00:00+01:00' }, waits: 0 },
    { name: 'a timestamp that has passed', field: { Timestamp: '2020-01-01T00:00:00Z' }, waits: 0 },
  ])('waits for $name', async ({ field, waits }) => {
    const { events } = await aStepFunctionsWorld().run(wait(field));
    const at = (type: string) => events.find((event) => event.type === type)?.timestamp?.getTime() as number;
    expect(at('WaitStateExited') - at('WaitStateEntered')).toBe(waits);
  });

  it.each([{ seconds: -1 }, { seconds: 1.5 }, { seconds: 100_000_000 }])(
    'refuses $seconds seconds',
    async ({ seconds }) => {
      const ended = await aStepFunctionsWorld().run(wait({ Seconds: '{% $states.input %}' }), seconds);
      expect(ended.error).toBe('States.QueryEvaluationError');
    },
  );
});

describe('payload limits', () => {
  it('fails an output over 256 KiB', async () => {
    const ended = await aStepFunctionsWorld().run(pass("{% $pad('', 262144, 'x') %}"));
    expect(ended.error).toBe('States.DataLimitExceeded');
    expect(ended.cause).toBe(
      "The state/task 'Only' returned a result with a size exceeding the maximum number of bytes service limit.",
    );
  });

  it('counts bytes, not characters', async () => {
    const ended = await aStepFunctionsWorld().run(pass("{% $pad('', 100000, 'é') & $pad('', 100000, 'é') %}"));
    expect(ended.error).toBe('States.DataLimitExceeded');
  });

  it('fails the execution whose history is full, and its last event says so', async () => {
    const ended = await aStepFunctionsWorld().run(
      machine({ Again: { Type: 'Pass', Next: 'Then' }, Then: { Type: 'Pass', Next: 'Again' } }),
    );
    expect(ended.status).toBe('FAILED');
    expect(ended.cause).toBe('The execution reached the maximum number of history events (25000).');
    expect(ended.events).toHaveLength(25_000);
    expect(ended.events.at(-1)?.type).toBe('ExecutionFailed');
  });
});
