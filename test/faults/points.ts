import type { ServiceId } from '../../sandbox/core/service.ts';
import type { BusEvent } from '../../sandbox/core/world.ts';
import type { Pipeline } from '../support/pipeline.ts';

/** A call that one role made: the n-th of its kind, from 0. The state machine's own role is `Rollout`. */
export interface CallPoint {
  readonly role: string;
  readonly service: ServiceId;
  readonly operation: string;
  readonly nth: number;
}

export const CALL_FAULTS = [
  'fail',
  'refuse',
  'lose',
  'throttle',
  'killBefore',
  'killAfter',
  'stopBefore',
  'stopAfter',
  'stopAndLag',
] as const;
export const TASK_FAULTS = ['timeOut', 'deliverTwice'] as const;
export const TIME_FAULTS = ['executionTimeout', 'duplicateEvent', 'olderEvent'] as const;

/** One thing that goes wrong, and where. Every value is plain: it can be printed, and read back to repeat a run. */
export type Fault =
  | { readonly kind: (typeof CALL_FAULTS)[number]; readonly call: CallPoint }
  | { readonly kind: (typeof TASK_FAULTS)[number]; readonly state: string; readonly nth: number }
  | { readonly kind: (typeof TIME_FAULTS)[number]; readonly second: number };

/** What a run without faults showed: the places where something can go wrong. */
export interface Recording {
  readonly calls: readonly CallPoint[];
  readonly tasks: readonly { readonly state: string; readonly nth: number }[];
  /** Seconds after the upload at which something happened in the execution. */
  readonly seconds: readonly number[];
}

/** Every fault at every place of a recording. Nothing is listed by hand: a new call of the SDK is a new place. */
export function faultsOf({ calls, tasks, seconds }: Recording): Fault[] {
  return [
    ...calls.flatMap((call) => kindsFor(call).map((kind) => ({ kind, call }))),
    ...tasks.flatMap((task) => TASK_FAULTS.map((kind) => ({ kind, ...task }))),
    ...seconds.flatMap((second) => TIME_FAULTS.map((kind) => ({ kind, second }))),
  ];
}

/** The machine and the bus are AWS's own: they cannot be killed. What a step does when refused, the machine does not. */
function kindsFor({ role }: CallPoint): readonly (typeof CALL_FAULTS)[number][] {
  const ours = role !== 'Rollout' && role !== 'RolloutStateMachineEvents';
  return CALL_FAULTS.filter((kind) => ours || !/^kill|^stopAndLag/.test(kind));
}

const LAG_MS = 20_000;
const THROTTLED_MS = 15_000;

/** Watches the calls of the pipeline's roles. */
export function recordCalls(pipeline: Pipeline): CallPoint[] {
  const counts = new Map<string, number>();
  const calls: CallPoint[] = [];
  pipeline.sandbox.world.observe(({ principal, service, operation }) => {
    if (principal.kind !== 'role') return;
    const role = roleOf(principal.roleName);
    const key = `${role} ${service} ${operation}`;
    const nth = counts.get(key) ?? 0;
    counts.set(key, nth + 1);
    calls.push({ role, service, operation, nth });
  });
  return calls;
}

/** `Weighbridge-ShiftTrafficRole4E1F0A2B-x` → `ShiftTraffic`. */
export function roleOf(roleName: string): string {
  return roleName.replace(/^[^-]*-/, '').replace(/Role[0-9A-F]{8}.*$/, '');
}

/** Makes a fault happen in a run that is about to start; `older` is the event of the release before. */
export async function arrange(pipeline: Pipeline, fault: Fault, older: BusEvent): Promise<void> {
  if ('call' in fault) arrangeCall(pipeline, fault);
  else if ('state' in fault) {
    const { state, nth, kind } = fault;
    pipeline.sandbox.faults.add({ on: 'task', match: { state }, skip: nth, times: 1, action: { kind } });
  } else await arrangeTime(pipeline, fault, older);
}

function arrangeCall(pipeline: Pipeline, { kind, call }: Extract<Fault, { call: CallPoint }>): void {
  const { role, service, operation, nth } = call;
  const { faults, world } = pipeline.sandbox;
  const match = { service, operation, caller: `*-${role}Role????????-*` };
  const once = { on: 'call', match, skip: nth, times: 1 } as const;
  const stop = { kind: 'stopExecution', stateMachine: pipeline.stack.outputs['StateMachineArn'] ?? '' } as const;
  switch (kind) {
    case 'fail':
      return void faults.add({ ...once, action: { kind: 'fail' } });
    case 'refuse':
      return void faults.add({ ...once, action: { kind: 'fail', code: 'AccessDeniedException', status: 403 } });
    case 'lose':
      return void faults.add({ ...once, action: { kind: 'loseResponse' } });
    case 'killBefore':
    case 'killAfter': {
      const when = kind === 'killBefore' ? 'before' : 'after';
      return void faults.add({ ...once, action: { kind: 'killFunction', function: pipeline.functionOf(role), when } });
    }
    case 'stopBefore':
    case 'stopAfter':
      return void faults.add({ ...once, action: { ...stop, when: kind === 'stopBefore' ? 'before' : 'after' } });
    case 'stopAndLag':
      faults.add({ ...once, action: { ...stop, when: 'before' } });
      return void faults.add({ ...once, action: { kind: 'delay', ms: LAG_MS, when: 'before' } });
    case 'throttle': {
      let seen = 0;
      let since: number | undefined;
      const forAWhile = (): boolean => {
        if (seen++ < nth) return false;
        since ??= world.clock.now();
        return world.clock.now() < since + THROTTLED_MS;
      };
      return void faults.add({ on: 'call', match, action: { kind: 'throttle' } }, forAWhile);
    }
  }
}

type TimeFault = Extract<Fault, { second: number }>;

async function arrangeTime(pipeline: Pipeline, { kind, second }: TimeFault, older: BusEvent): Promise<void> {
  const { faults, world } = pipeline.sandbox;
  switch (kind) {
    case 'executionTimeout':
      return limitExecution(pipeline, Math.max(1, second));
    case 'duplicateEvent': {
      const action = { kind: 'duplicate', ms: second * 1000 } as const;
      return void faults.add({ on: 'event', match: { source: 'aws.s3' }, times: 1, action });
    }
    case 'olderEvent':
      world.clock.setTimer(second * 1000, () => world.channels.publish(older));
  }
}

/** Gives the state machine that is deployed another time limit, as whoever edits it would. */
export async function limitExecution(pipeline: Pipeline, TimeoutSeconds: number): Promise<void> {
  const stateMachineArn = pipeline.stack.outputs['StateMachineArn'];
  const { world } = pipeline.sandbox;
  const account = { kind: 'account' } as const;
  const { definition } = await world.call<{ definition: string }>(
    'SFN',
    'DescribeStateMachine',
    { stateMachineArn },
    account,
  );
  const limited = JSON.stringify({ ...(JSON.parse(definition) as object), TimeoutSeconds });
  await world.call('SFN', 'UpdateStateMachine', { stateMachineArn, definition: limited }, account);
}
