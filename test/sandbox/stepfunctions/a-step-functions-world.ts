import type { HistoryEvent, StartExecutionOutput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../../sandbox/core/aws-error.ts';
import { createClock, type Clock } from '../../../sandbox/core/clock.ts';
import { memoryStorage, type Storage } from '../../../sandbox/core/collection.ts';
import { createWorld } from '../../../sandbox/core/create-world.ts';
import { createRandom } from '../../../sandbox/core/random.ts';
import { operation, type Need, type Principal, type Service } from '../../../sandbox/core/service.ts';
import type { BusEvent, Datum, World } from '../../../sandbox/core/world.ts';
import {
  createStepFunctions,
  type StepFunctionsControls,
} from '../../../sandbox/stepfunctions/create-step-functions.ts';

/** What a fake function does with its payload: answers text, or throws what the invoker reports. */
export type FakeFunction = (payload: string, world: World) => string | Promise<string>;

/** A function's own failure: the text is its answer. */
export class FunctionFailure extends Error {
  readonly answer: string;
  constructor(answer: string) {
    super(answer);
    this.answer = answer;
  }
}

export interface StepFunctionsWorld {
  readonly world: World;
  readonly clock: Clock;
  readonly controls: StepFunctionsControls;
  readonly published: BusEvent[];
  readonly metrics: Datum[];
  readonly logged: { group: string; stream: string; message: string }[];
  readonly checked: { principal: Principal; need: Need }[];
  readonly functions: Map<string, FakeFunction>;
  create(definition: object, settings?: object): Promise<string>;
  /** Starts an execution and waits, in sandbox time, until it ends. */
  run(definition: object, input?: unknown): Promise<Ended>;
  start(machineArn: string, input?: unknown, name?: string): Promise<string>;
  ended(executionArn: string): Promise<Ended>;
  history(executionArn: string): Promise<HistoryEvent[]>;
}

export interface Ended {
  readonly arn: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly events: HistoryEvent[];
}

export const ACCOUNT: Principal = { kind: 'account' };
export const ROLE_ARN = 'arn:aws:iam::111111111111:role/machine-role';

export interface WorldSettings {
  readonly storage?: Storage;
  readonly start?: number;
  readonly seed?: number;
  /** Virtual unless given. */
  readonly clock?: Clock;
  readonly services?: (world: World) => readonly Service[];
}

/** A world with Step Functions, a fake Lambda, and records of what Step Functions tells other services. */
export function aStepFunctionsWorld(settings: WorldSettings = {}): StepFunctionsWorld {
  const clock = settings.clock ?? createClock({ kind: 'virtual' }, settings.start ?? Date.UTC(2026, 0, 1));
  const seen = { published: [], metrics: [], logged: [], checked: [] } as Pick<
    StepFunctionsWorld,
    'published' | 'metrics' | 'logged' | 'checked'
  >;
  const functions = new Map<string, FakeFunction>();
  let controls: StepFunctionsControls | undefined;
  const world = createWorld(
    {
      region: 'us-east-1',
      accountId: '111111111111',
      clock,
      random: createRandom(settings.seed ?? 7),
      storage: settings.storage ?? memoryStorage(),
    },
    (building) => {
      const stepFunctions = createStepFunctions(building);
      controls = stepFunctions.controls;
      return {
        services: [stepFunctions.service, fakeLambda(functions), ...(settings.services?.(building) ?? [])],
        channels: {
          metric: (datum) => void seen.metrics.push(datum),
          publish: (event) => void seen.published.push(event),
          log: (group, stream, message) => void seen.logged.push({ group, stream, message }),
        },
        authorizer: {
          check: (principal, need) => void seen.checked.push({ principal, need }),
          principalOf: () => ACCOUNT,
          assumeRole: (roleArn, sessionName) => {
            if (!roleArn.startsWith('arn:aws:iam::111111111111:role/'))
              throw new AwsError('AccessDenied', 'no such role');
            return { kind: 'role', roleName: roleArn.split('/').at(-1) as string, sessionName };
          },
          describe: (principal) => ({ arn: principal.kind, userId: principal.kind }),
          credentialsFor: () => ({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' }),
        },
      };
    },
  );
  return { world, clock, functions, ...seen, ...harness(world, controls as StepFunctionsControls) };
}

function harness(
  world: World,
  controls: StepFunctionsControls,
): Pick<StepFunctionsWorld, 'controls' | 'create' | 'run' | 'start' | 'ended' | 'history'> {
  let machines = 0;
  const create = async (definition: object, extra: object = {}): Promise<string> => {
    const input = {
      name: `machine-${++machines}`,
      roleArn: ROLE_ARN,
      definition: JSON.stringify(definition),
      ...extra,
    };
    return (await world.call<{ stateMachineArn: string }>('SFN', 'CreateStateMachine', input, ACCOUNT)).stateMachineArn;
  };
  const start = async (stateMachineArn: string, input: unknown = {}, name?: string): Promise<string> => {
    const request = { stateMachineArn, input: JSON.stringify(input), ...(name && { name }) };
    return (await world.call<StartExecutionOutput>('SFN', 'StartExecution', request, ACCOUNT)).executionArn as string;
  };
  const history = async (executionArn: string): Promise<HistoryEvent[]> => {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await world.call<{ events: HistoryEvent[]; nextToken?: string }>(
        'SFN',
        'GetExecutionHistory',
        { executionArn, maxResults: 1000, ...(nextToken && { nextToken }) },
        ACCOUNT,
      );
      events.push(...page.events);
      nextToken = page.nextToken;
    } while (nextToken);
    return events;
  };
  const ended = async (executionArn: string): Promise<Ended> => {
    const describe = () =>
      world.call<{ status: string; output?: string; error?: string; cause?: string }>(
        'SFN',
        'DescribeExecution',
        { executionArn },
        ACCOUNT,
      );
    let described = await describe();
    if (described.status === 'RUNNING') await endOf(controls, executionArn);
    described = await describe();
    const { status, error, cause, output } = described;
    const events = await history(executionArn);
    return {
      arn: executionArn,
      status,
      error,
      cause,
      events,
      output: output === undefined ? undefined : JSON.parse(output),
    };
  };
  const run = async (definition: object, input: unknown = {}): Promise<Ended> =>
    ended(await start(await create(definition), input));
  return { controls, create, start, ended, run, history };
}

function endOf(controls: StepFunctionsControls, executionArn: string): Promise<void> {
  return new Promise((resolve) => {
    const off = controls.onEvent(({ executionArn: arn, event }) => {
      if (arn !== executionArn || !/^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(event.type as string)) return;
      off();
      resolve();
    });
  });
}

interface InvokeInput {
  readonly FunctionName: string;
  readonly Payload?: Uint8Array;
}

function fakeLambda(functions: Map<string, FakeFunction>): Service {
  const invoke = async (input: InvokeInput, world: World): Promise<object> => {
    const name = input.FunctionName.split(':').at(-1) as string;
    const fake = functions.get(name);
    if (!fake) {
      const arn = `arn:aws:lambda:us-east-1:111111111111:function:${name}`;
      throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
    }
    const payload = input.Payload ? Buffer.from(input.Payload).toString() : '{}';
    try {
      return answer(await fake(payload, world));
    } catch (cause) {
      if (cause instanceof FunctionFailure) return { ...answer(cause.answer), FunctionError: 'Unhandled' };
      throw cause;
    }
  };
  return {
    id: 'Lambda',
    sdk: () => import('@aws-sdk/client-lambda'),
    operations: {
      Invoke: operation<InvokeInput, object>({
        needs: (input) => [{ action: 'lambda:InvokeFunction', resource: input.FunctionName }],
        handle: (input, call) => invoke(input, call.world),
      }),
    },
  };
}

function answer(text: string): object {
  return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: Buffer.from(text) };
}
