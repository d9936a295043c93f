import type { Principal, ServiceId } from '../core/service.ts';
import type { BusEvent, Datum } from '../core/world.ts';
import type { CallRule, ChannelRule, DeliveryRule, TaskRule } from './rule.ts';

/** A call as rules see it. */
export interface SeenCall {
  readonly service: ServiceId;
  readonly operation: string;
  readonly input: unknown;
  readonly principal: Principal;
}

/** Whether a rule is about this call. */
export function matchesCall(match: CallRule['match'], call: SeenCall): boolean {
  return (
    (match.service === undefined || match.service === call.service) &&
    (match.operation === undefined || matchesGlob(match.operation, call.operation)) &&
    (match.function === undefined || functionOf(call) === match.function) &&
    (match.caller === undefined || matchesGlob(match.caller, callerOf(call.principal))) &&
    (match.input === undefined || contains(call.input, match.input))
  );
}

/** An attempt of a Task state, before its request goes out. */
export interface SeenTask {
  readonly executionArn: string;
  readonly state: string;
  /** 0 for the first attempt. */
  readonly retryCount: number;
}

/** Whether a rule is about this attempt; the state machine's name is part of the execution's ARN. */
export function matchesTask(match: TaskRule['match'], task: SeenTask): boolean {
  return (
    (match.stateMachine === undefined || match.stateMachine === task.executionArn.split(':')[6]) &&
    (match.state === undefined || match.state === task.state) &&
    (match.retryCount === undefined || match.retryCount === task.retryCount)
  );
}

/** Whether a rule is about this datum. */
export function matchesDatum(match: Extract<ChannelRule, { on: 'metric' }>['match'], datum: Datum): boolean {
  return (
    (match.namespace === undefined || match.namespace === datum.namespace) &&
    (match.name === undefined || match.name === datum.name) &&
    (match.dimensions === undefined || contains(datum.dimensions, match.dimensions))
  );
}

/** Whether a rule is about this event. */
export function matchesEvent(
  match: DeliveryRule['match'],
  event: Pick<BusEvent, 'source' | 'detailType' | 'detail'>,
): boolean {
  return (
    (match.source === undefined || match.source === event.source) &&
    (match.detailType === undefined || match.detailType === event.detailType) &&
    (match.detail === undefined || contains(event.detail, match.detail))
  );
}

/** Role name, service principal, or `account` for the administrator. */
export function callerOf(principal: Principal): string {
  switch (principal.kind) {
    case 'account':
      return 'account';
    case 'role':
      return principal.roleName;
    case 'service':
      return principal.service;
  }
}

/** Name of the function that a Lambda call is about, out of a name, a partial ARN or an ARN, qualified or not. */
function functionOf(call: SeenCall): string | undefined {
  const named = (call.input as { FunctionName?: unknown } | undefined)?.FunctionName;
  if (call.service !== 'Lambda' || typeof named !== 'string') return undefined;
  return /(?:^|:)function:([^:]+)/.exec(named)?.[1] ?? /^(?:\d{12}:)?([^:]+)/.exec(named)?.[1];
}

function matchesGlob(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** Whether a value has everything that the part has: objects member by member, lists of equal length, the rest equal. */
function contains(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return value === part;
  if (typeof value !== 'object' || value === null || Array.isArray(part) !== Array.isArray(value)) return false;
  if (Array.isArray(part) && part.length !== (value as unknown[]).length) return false;
  return Object.entries(part).every(([key, each]) => contains((value as Record<string, unknown>)[key], each));
}
