import { createFaults } from '../../../sandbox/faults/create-faults.ts';
import type { Faults } from '../../../sandbox/faults/faults.ts';
import type { DeliveryRule } from '../../../sandbox/faults/rule.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';
import type { Dispatcher } from '../../../sandbox/wire/message.ts';
import { echoWorld, type Reply } from '../wire/support/echo-world.ts';

/** Faults in a world whose operations only record their calls. */
export function faultyWorld(reply?: Reply, seed = 1): FaultyWorld {
  const echo = echoWorld(reply);
  const killed: string[] = [];
  const disturbed: (DeliveryRule | undefined)[] = [];
  const controls = {
    killFunction: (name: string) => void killed.push(name),
    disturbDelivery: (rule: DeliveryRule | undefined) => void disturbed.push(rule),
  };
  const faults = createFaults(echo.world, controls, seed);
  const dispatcher = createDispatcher(echo.world);
  const clientConfig = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    requestHandler: inProcessHandler(dispatcher),
  };
  return { ...echo, faults, dispatcher, killed, disturbed, clientConfig };
}

export interface FaultyWorld extends ReturnType<typeof echoWorld> {
  readonly faults: Faults;
  readonly dispatcher: Dispatcher;
  readonly killed: string[];
  readonly disturbed: (DeliveryRule | undefined)[];
  readonly clientConfig: {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    requestHandler: ReturnType<typeof inProcessHandler>;
  };
}

/** A call by the administrator. */
export function call(world: FaultyWorld['world'], service: 'Lambda' | 'SFN', operation: string, input: object = {}) {
  return world.call(service, operation, input, { kind: 'account' });
}
