import type { World } from './core/world.ts';
import type { EventBridge } from './events/create-event-bridge.ts';
import { createFaults } from './faults/create-faults.ts';
import type { Faults } from './faults/faults.ts';
import { matchesEvent } from './faults/match.ts';
import type { DeliveryRule, TaskRule } from './faults/rule.ts';
import type { LambdaControls } from './lambda/create-lambda.ts';
import type { StepFunctionsControls, TaskFault } from './stepfunctions/create-step-functions.ts';

/** Controls of the services that faults work through. */
interface Parts {
  readonly lambda: Pick<LambdaControls, 'kill'>;
  readonly events: EventBridge['controls'];
  readonly stepFunctions: Pick<StepFunctionsControls, 'setTaskFaults'>;
}

/** Builds the faults of a world and connects them with the services that carry them out. */
export function connectFaults(world: World, parts: Parts, seed: number | undefined): Faults {
  const controls = {
    killFunction: (functionName: string) => void parts.lambda.kill(functionName),
    disturbDelivery: (rule: DeliveryRule | undefined) => disturbDelivery(parts.events, rule),
  };
  const faults = createFaults(world, controls, seed);
  parts.stepFunctions.setTaskFaults((attempt) => taskFault(faults.taskFault(attempt)));
  return faults;
}

function disturbDelivery(events: EventBridge['controls'], rule: DeliveryRule | undefined): void {
  if (!rule) return events.delivery({});
  const { kind: _, ...disturbance } = rule.action;
  const given = Object.entries(disturbance).filter(([, value]) => value !== undefined);
  const only: Parameters<typeof events.delivery>[0]['only'] = (event) =>
    matchesEvent(rule.match, { ...event, detailType: event['detail-type'] });
  events.delivery({ ...Object.fromEntries(given), only });
}

function taskFault(action: TaskRule['action'] | undefined): TaskFault | undefined {
  switch (action?.kind) {
    case undefined:
      return undefined;
    case 'deliverTwice':
      return { kind: 'deliver-twice' };
    case 'timeOut':
      return { kind: 'time-out' };
    case 'fail':
      return { kind: 'fail', error: action.error, ...(action.cause !== undefined && { cause: action.cause }) };
  }
}
