import { describe, expect, it } from 'vitest';
import { ACCOUNT, aStepFunctionsWorld, ROLE_ARN, type StepFunctionsWorld } from './a-step-functions-world.ts';

const PASS = { QueryLanguage: 'JSONata', StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const machine = (states: object, extra: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...extra,
});
const INVOKE = 'arn:aws:states:::lambda:invoke';

const call = <T = Record<string, unknown>>(sandbox: StepFunctionsWorld, name: string, input: object): Promise<T> =>
  sandbox.world.call<T>('SFN', name, input, ACCOUNT);

describe('a definition', () => {
  it.each([
    {
      name: 'no states',
      definition: { StartAt: 'A' },
      message: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /',
    },
    {
      name: 'nothing',
      definition: {},
      message: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /',
    },
    {
      name: 'a target that is missing',
      definition: machine({ A: { Type: 'Pass', Next: 'B' } }),
      message: "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
    },
    {
      name: 'a start that is missing',
      definition: machine({ A: { Type: 'Succeed' } }, { StartAt: 'X' }),
      message: "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: X at /StartAt",
    },
    {
      name: 'a state that nothing leads to',
      definition: machine({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }),
      message: 'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
    },
    {
      name: 'a state in JSONPath in a JSONata machine',
      definition: machine({ A: { Type: 'Succeed', QueryLanguage: 'JSONPath' } }),
      message:
        "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A",
    },
    {
      name: 'JSONPath, by default',
      definition: { StartAt: 'A', States: { A: { Type: 'Succeed' } } },
      message:
        "SCHEMA_VALIDATION_FAILED: The sandbox runs the 'JSONata' query language only, and this state uses 'JSONPath' at /States/A",
    },
    {
      name: 'a field of JSONPath',
      definition: machine({ A: { Type: 'Pass', ResultPath: '$', End: true } }),
      message: "SCHEMA_VALIDATION_FAILED: Field 'ResultPath' is not supported at /States/A/ResultPath",
    },
    {
      name: 'neither Next nor End',
      definition: machine({ A: { Type: 'Pass' } }),
      message: 'SCHEMA_VALIDATION_FAILED: These fields are required: [Next] or [End] at /States/A',
    },
    {
      name: 'a type that is none',
      definition: machine({ A: { Type: 'Dance' } }),
      message: 'SCHEMA_VALIDATION_FAILED: Value is not valid: "Dance" at /States/A/Type',
    },
    {
      name: 'an expression that does not parse',
      definition: machine({ A: { Type: 'Pass', Output: { b: ['{% 1 + %}'] }, End: true } }),
      message:
        /^SCHEMA_VALIDATION_FAILED: The JSONata expression failed to parse\. S0207: .* at \/States\/A\/Output\/b\[0\]$/,
    },
    {
      name: 'States.ALL among other names',
      definition: machine({
        A: { Type: 'Task', Resource: INVOKE, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }], End: true },
      }),
      message: "SCHEMA_VALIDATION_FAILED: 'States.ALL' must appear alone at /States/A/Retry[0]/ErrorEquals",
    },
    {
      name: 'States.ALL before another rule',
      definition: machine({
        A: {
          Type: 'Task',
          Resource: INVOKE,
          Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }],
          End: true,
        },
      }),
      message: "SCHEMA_VALIDATION_FAILED: 'States.ALL' must appear in the last rule at /States/A/Retry[0]/ErrorEquals",
    },
    {
      name: 'a variable called states',
      definition: machine({ A: { Type: 'Pass', Assign: { states: 1 }, End: true } }),
      message: "SCHEMA_VALIDATION_FAILED: The variable name 'states' is reserved at /States/A/Assign",
    },
    {
      name: 'a distributed Map',
      definition: machine({
        A: {
          Type: 'Map',
          ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'B', States: { B: { Type: 'Succeed' } } },
          End: true,
        },
      }),
      message:
        "SCHEMA_VALIDATION_FAILED: The sandbox does not support the Map state's 'DISTRIBUTED' mode at /States/A/ItemProcessor/ProcessorConfig/Mode",
    },
    {
      name: 'an integration that the sandbox does not have',
      definition: machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask.sync', End: true } }),
      message:
        "SCHEMA_VALIDATION_FAILED: The sandbox does not support the service integration 'ecs:runTask' at /States/A/Resource",
    },
    {
      name: 'a pattern that the integration does not have',
      definition: machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::dynamodb:putItem.sync', End: true } }),
      message:
        "SCHEMA_VALIDATION_FAILED: The service integration 'dynamodb:putItem' does not support '.sync' at /States/A/Resource",
    },
    {
      name: 'Seconds and Timestamp together',
      definition: machine({ A: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } }),
      message: "SCHEMA_VALIDATION_FAILED: Exactly one of ['Seconds', 'Timestamp'] is required at /States/A",
    },
    {
      name: 'a branch whose states are wrong',
      definition: machine({
        A: { Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Next: 'A' } } }], End: true },
      }),
      message: "MISSING_TRANSITION_TARGET: Missing 'Next' target: A at /States/A/Branches[0]/States/B/Next",
    },
    {
      name: 'two states of one name',
      definition: machine({
        A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }], End: true },
      }),
      message: 'SCHEMA_VALIDATION_FAILED: Duplicate state name: A at /States/A/Branches[0]/States/A',
    },
  ])('with $name is refused', async ({ definition, message }) => {
    const sandbox = aStepFunctionsWorld();
    const refusal: { code: string; message: string } = await sandbox.create(definition).then(
      () => ({ code: 'none', message: '' }),
      (cause: unknown) => cause as never,
    );
    expect(refusal.code).toBe('InvalidDefinition');
    const [, found] = /^Invalid State Machine Definition: '(.*)'$/.exec(refusal.message) ?? [];
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
    const validated = await call(sandbox, 'ValidateStateMachineDefinition', { definition: JSON.stringify(definition) });
    expect(validated).toMatchObject({ result: 'FAIL', truncated: false });
  });

  it('that is no JSON is reported with its code', async () => {
    const validate = (definition: string) =>
      call(aStepFunctionsWorld(), 'ValidateStateMachineDefinition', { definition });
    expect(await validate('not json')).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ code: 'INVALID_JSON_DESCRIPTION' }],
    });
    expect(await validate('')).toMatchObject({
      diagnostics: [
        { code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object', severity: 'ERROR' },
      ],
    });
    expect(await validate(JSON.stringify(PASS))).toEqual({ result: 'OK', diagnostics: [], truncated: false });
  });
});

describe('CreateStateMachine', () => {
  const create = (sandbox: StepFunctionsWorld, extra: object = {}) =>
    call<{ stateMachineArn: string }>(sandbox, 'CreateStateMachine', {
      name: 'm',
      roleArn: ROLE_ARN,
      definition: JSON.stringify(PASS),
      ...extra,
    });

  it('gives the machine that is there when asked for the same again, whatever its role', async () => {
    const sandbox = aStepFunctionsWorld();
    const first = await create(sandbox);
    expect(await create(sandbox, { roleArn: `${ROLE_ARN}-2` })).toEqual(first);
    const other = JSON.stringify({ ...PASS, Comment: 'other' });
    await expect(create(sandbox, { definition: other })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
      message: `State Machine Already Exists: '${first.stateMachineArn}'`,
    });
  });

  it.each([
    {
      name: 'a role that does not trust Step Functions',
      extra: { roleArn: 'arn:aws:iam::222222222222:role/x' },
      code: 'AccessDeniedException',
    },
    { name: 'an express workflow', extra: { type: 'EXPRESS' }, code: 'ValidationException' },
    { name: 'a version', extra: { publish: true }, code: 'ValidationException' },
    { name: 'a name with a slash', extra: { name: 'a/b' }, code: 'InvalidName' },
  ])('refuses $name', async ({ extra, code }) => {
    await expect(create(aStepFunctionsWorld(), extra)).rejects.toMatchObject({ code });
  });

  it('asks for the right to pass the role', async () => {
    const sandbox = aStepFunctionsWorld();
    await create(sandbox);
    expect(sandbox.checked.map(({ need }) => need)).toEqual([
      { action: 'states:CreateStateMachine', resource: 'arn:aws:states:us-east-1:111111111111:stateMachine:m' },
      { action: 'iam:PassRole', resource: ROLE_ARN, context: { 'iam:PassedToService': 'states.amazonaws.com' } },
    ]);
  });

  it('can be described, updated, listed, tagged and deleted', async () => {
    const sandbox = aStepFunctionsWorld();
    const { stateMachineArn } = await create(sandbox, { tags: [{ key: 'a', value: '1' }] });
    const described = {
      stateMachineArn,
      name: 'm',
      status: 'ACTIVE',
      definition: JSON.stringify(PASS),
      roleArn: ROLE_ARN,
      type: 'STANDARD',
      creationDate: new Date(Date.UTC(2026, 0, 1)),
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
    };
    expect(await call(sandbox, 'DescribeStateMachine', { stateMachineArn })).toEqual(described);
    const updated = await call(sandbox, 'UpdateStateMachine', {
      stateMachineArn,
      tracingConfiguration: { enabled: true },
    });
    expect(await call(sandbox, 'DescribeStateMachine', { stateMachineArn })).toEqual({
      ...described,
      tracingConfiguration: { enabled: true },
      revisionId: updated.revisionId,
    });
    await expect(call(sandbox, 'UpdateStateMachine', { stateMachineArn })).rejects.toMatchObject({
      code: 'MissingRequiredParameter',
    });
    expect(await call(sandbox, 'ListStateMachines', {})).toMatchObject({
      stateMachines: [{ name: 'm', type: 'STANDARD' }],
    });
    await call(sandbox, 'TagResource', { resourceArn: stateMachineArn, tags: [{ key: 'b', value: '2' }] });
    await call(sandbox, 'UntagResource', { resourceArn: stateMachineArn, tagKeys: ['a'] });
    expect(await call(sandbox, 'ListTagsForResource', { resourceArn: stateMachineArn })).toEqual({
      tags: [{ key: 'b', value: '2' }],
    });
    await call(sandbox, 'DeleteStateMachine', { stateMachineArn });
    await new Promise((resolve) => sandbox.clock.setTimer(1, () => resolve(undefined)));
    expect(await call(sandbox, 'ListStateMachines', {})).toEqual({ stateMachines: [] });
    expect(await call(sandbox, 'DeleteStateMachine', { stateMachineArn })).toEqual({});
  });

  it('deleted while it runs, ends its executions at their next transition', async () => {
    const sandbox = aStepFunctionsWorld();
    const stateMachineArn = await sandbox.create(
      machine({ A: { Type: 'Wait', Seconds: 10, Next: 'B' }, B: { Type: 'Wait', Seconds: 10, End: true } }),
    );
    await sandbox.start(stateMachineArn);
    await new Promise((resolve) => sandbox.clock.setTimer(1, () => resolve(undefined)));
    await call(sandbox, 'DeleteStateMachine', { stateMachineArn });
    await new Promise((resolve) => sandbox.clock.setTimer(5000, () => resolve(undefined)));
    expect(await call(sandbox, 'DescribeStateMachine', { stateMachineArn })).toMatchObject({ status: 'DELETING' });
    await new Promise((resolve) => sandbox.clock.setTimer(6000, () => resolve(undefined)));
    await expect(call(sandbox, 'DescribeStateMachine', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
    });
    expect(sandbox.published.at(-1)?.detail).toMatchObject({
      status: 'ABORTED',
      stopDate: Date.UTC(2026, 0, 1) + 10_000,
    });
  });

  it('has operations that the sandbox refuses by name', async () => {
    await expect(call(aStepFunctionsWorld(), 'StartSyncExecution', {})).rejects.toMatchObject({
      code: 'UnknownOperationException',
      message: expect.stringContaining('SFN.StartSyncExecution') as string,
    });
  });
});
