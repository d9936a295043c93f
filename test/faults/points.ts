import { STEPS } from '../../infra/steps.ts';
import type { ServiceId } from '../../sandbox/core/service.ts';
import type { BusEvent } from '../../sandbox/core/world.ts';
import type { Pipeline } from '../support/pipeline.ts';
import { leaveInProgress } from './left-in-progress.ts';
import { redriveDead, stopRunning } from './redrive.ts';

/** A call that one role made: the n-th of its kind, from 0. A machine's own role is called like it: `Rollout`, `Group`. */
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
  'redriveAtOnce',
  'redriveLater',
] as const;
export const TASK_FAULTS = ['timeOut', 'deliverTwice', 'leftInProgress'] as const;
export const TIME_FAULTS = [
  'executionTimeout',
  'groupTimeout',
  'stopAndRedrive',
  'duplicateEvent',
  'olderEvent',
] as const;

/** One thing that goes wrong, and where. Every value is plain: it can be printed, and read back to repeat a run. */
export type Fault =
  | { readonly kind: (typeof CALL_FAULTS)[number]; readonly call: CallPoint }
  | { readonly kind: (typeof TASK_FAULTS)[number]; readonly state: string; readonly nth: number }
  | { readonly kind: (typeof TIME_FAULTS)[number]; readonly second: number };

/** What a run without faults showed: the places where something can go wrong. */
export interface Recording {
  readonly calls: readonly CallPoint[];
  readonly tasks: readonly { readonly state: string; readonly nth: number }[];
  /** Roles that remember what they did by Powertools idempotency. */
  readonly remembering: ReadonlySet<string>;
  /** Seconds after the beginning at which something happened in an execution. */
  readonly seconds: readonly number[];
  /** What can go wrong at such a second: there may be no event to come twice, no group that takes too long. */
  readonly times: readonly (typeof TIME_FAULTS)[number][];
}

/** Every fault at every place of a recording. Nothing is listed by hand: a new call of the SDK is a new place. */
export function faultsOf({ calls, tasks, remembering, seconds, times }: Recording): Fault[] {
  const kindsAt = ({ state }: { state: string }) =>
    TASK_FAULTS.filter((kind) => kind !== 'leftInProgress' || remembering.has(state));
  return [
    ...calls.flatMap((call) => kindsFor(call).map((kind) => ({ kind, call }))),
    ...tasks.flatMap((task) => kindsAt(task).map((kind) => ({ kind, ...task }))),
    ...seconds.flatMap((second) => times.map((kind) => ({ kind, second }))),
  ];
}

/**
 * The machines and the bus are AWS's own: they cannot be killed. What a step does when refused, the machine does not. A
 * machine makes one call for each attempt of a Task: there it is stopped and redriven.
 */
function kindsFor({ role }: CallPoint): readonly (typeof CALL_FAULTS)[number][] {
  const not = isStep(role)
    ? /^redrive/
    : /^(Rollout|Group)$/.test(role)
      ? /^(kill|stopAndLag)/
      : /^(kill|stopAndLag|redrive)/;
  return CALL_FAULTS.filter((kind) => !not.test(kind));
}

function isStep(role: string): boolean {
  return (STEPS as readonly string[]).includes(role);
}

const LAG_MS = 20_000;
const THROTTLED_MS = 15_000;
/** When Reconcile has put right what the execution left, also of a first release. */
const REDRIVEN_MS = 50_000;

/** Watches the calls of the pipeline's roles. */
export function recordCalls(pipeline: Pipeline): { calls: CallPoint[]; remembering: Set<string> } {
  const counts = new Map<string, number>();
  const calls: CallPoint[] = [];
  const remembering = new Set<string>();
  const memory = pipeline.resource(/Idempotency/);
  pipeline.sandbox.world.observe(({ principal, service, operation, input }) => {
    if (principal.kind !== 'role') return;
    const role = roleOf(principal.roleName);
    const key = `${role} ${service} ${operation}`;
    const nth = counts.get(key) ?? 0;
    counts.set(key, nth + 1);
    calls.push({ role, service, operation, nth });
    if ((input as { TableName?: string }).TableName === memory) remembering.add(role);
  });
  return { calls, remembering };
}

/** `Weighbridge-ShiftTrafficRole4E1F0A2B-x` → `ShiftTraffic`. */
export function roleOf(roleName: string): string {
  return roleName.replace(/^[^-]*-/, '').replace(/Role[0-9A-F]{8}.*$/, '');
}

/** The upload that sets a run off, if one does, and the event of the release before. */
export interface Events {
  readonly key: string | undefined;
  readonly older: BusEvent | undefined;
}

/** Makes a fault happen in a run that is about to start. */
export async function arrange(pipeline: Pipeline, fault: Fault, events: Events): Promise<void> {
  if ('call' in fault) arrangeCall(pipeline, fault);
  else if ('state' in fault) arrangeTask(pipeline, fault);
  else await arrangeTime(pipeline, fault, events);
}

function arrangeTask(pipeline: Pipeline, { state, nth, kind }: Extract<Fault, { state: string }>): void {
  if (kind === 'leftInProgress') leaveInProgress(pipeline, state, nth);
  else pipeline.sandbox.faults.add({ on: 'task', match: { state }, skip: nth, times: 1, action: { kind } });
}

/** What is stopped is the execution that makes the call: of a group where the caller belongs to its machine. */
function machineOf(pipeline: Pipeline, role: string): string {
  const { outputs } = pipeline.stack;
  const ofGroup = /^(Group|LoadGroup|SettleMember|JudgeGroup|PlanUndo|CloseGroup)/.test(role);
  return outputs[ofGroup ? 'GroupMachineArn' : 'StateMachineArn'] ?? '';
}

function arrangeCall(pipeline: Pipeline, { kind, call }: Extract<Fault, { call: CallPoint }>): void {
  const { role, service, operation, nth } = call;
  const { faults, world } = pipeline.sandbox;
  const match = { service, operation, caller: `*-${role}Role????????-*` };
  const once = { on: 'call', match, skip: nth, times: 1 } as const;
  const stop = { kind: 'stopExecution', stateMachine: machineOf(pipeline, role) } as const;
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
    case 'redriveAtOnce':
    case 'redriveLater': {
      const ms = kind === 'redriveAtOnce' ? 0 : REDRIVEN_MS;
      let seen = 0;
      const here = (): boolean => {
        if (seen++ !== nth) return false;
        redriveAfter(pipeline, stop.stateMachine, ms);
        return true;
      };
      return void faults.add({ on: 'call', match, action: { ...stop, when: 'before' } }, here);
    }
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

/** Executions that died before are left alone. */
function redriveAfter(pipeline: Pipeline, stateMachine: string, ms: number): void {
  const { clock } = pipeline.sandbox.world;
  clock.setTimer(ms, () => void clock.held('request', () => redriveDead(pipeline, stateMachine, NONE)));
}

const NONE: ReadonlySet<string> = new Set();

type TimeFault = Extract<Fault, { second: number }>;

async function arrangeTime(pipeline: Pipeline, { kind, second }: TimeFault, { key, older }: Events): Promise<void> {
  const { faults, world } = pipeline.sandbox;
  switch (kind) {
    case 'executionTimeout':
      return limitExecution(pipeline, 'StateMachineArn', Math.max(1, second));
    case 'groupTimeout':
      return limitExecution(pipeline, 'GroupMachineArn', Math.max(1, second));
    case 'stopAndRedrive':
      return stopAndRedriveAt(pipeline, second * 1000);
    case 'duplicateEvent': {
      const action = { kind: 'duplicate', ms: second * 1000 } as const;
      const match = { source: 'aws.s3', detail: { object: { key } } };
      return void faults.add({ on: 'event', match, times: 1, action });
    }
    case 'olderEvent':
      if (older) world.clock.setTimer(second * 1000, () => world.channels.publish(older));
  }
}

function stopAndRedriveAt(pipeline: Pipeline, ms: number): void {
  const machine = pipeline.stack.outputs['StateMachineArn'] ?? '';
  const { clock } = pipeline.sandbox.world;
  clock.setTimer(ms, () => void clock.held('request', () => stopRunning(pipeline, machine)));
  redriveAfter(pipeline, machine, ms + REDRIVEN_MS);
}

type Machine = 'StateMachineArn' | 'GroupMachineArn';

/** Gives a state machine that is deployed another time limit, as whoever edits it would. */
export async function limitExecution(pipeline: Pipeline, machine: Machine, TimeoutSeconds: number): Promise<void> {
  const stateMachineArn = pipeline.stack.outputs[machine];
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
