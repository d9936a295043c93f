import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createCloudWatch, type CloudWatch } from '../../../sandbox/cloudwatch/create-cloudwatch.ts';
import { createClock } from '../../../sandbox/core/clock.ts';
import { memoryStorage, type Storage } from '../../../sandbox/core/collection.ts';
import { createWorld } from '../../../sandbox/core/create-world.ts';
import { createRandom } from '../../../sandbox/core/random.ts';
import { operation, type Need, type Principal, type Service, type ServiceId } from '../../../sandbox/core/service.ts';
import type { Authorizer, BusEvent, World } from '../../../sandbox/core/world.ts';
import { createEventBridge, type EventBridge } from '../../../sandbox/events/create-event-bridge.ts';
import { createLogs, type Logs } from '../../../sandbox/logs/create-logs.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';

/** 1 January 2026, noon. */
export const START = Date.UTC(2026, 0, 1, 12);

/** A call that reached one of the neighbouring services. */
export interface NeighbourCall {
  readonly service: ServiceId;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  /** Sandbox milliseconds. */
  readonly at: number;
}

/** CloudWatch, EventBridge and CloudWatch Logs, with neighbours that note what they are asked. */
export interface MonitoredWorld {
  readonly world: World;
  readonly cloudWatch: CloudWatch;
  readonly eventBridge: EventBridge;
  readonly logs: Logs;
  readonly clients: {
    readonly cloudWatch: CloudWatchClient;
    readonly events: EventBridgeClient;
    readonly logs: CloudWatchLogsClient;
  };
  readonly calls: NeighbourCall[];
  readonly needs: Need[];
  /** Events as the services of this world put them on the bus. */
  readonly published: BusEvent[];
  /** The neighbours' next answers: an error is thrown, `undefined` is success. */
  readonly answers: (Error | undefined)[];
  /** Lets sandbox time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

const NEIGHBOURS: readonly { id: ServiceId; operations: readonly string[] }[] = [
  { id: 'SFN', operations: ['StartExecution', 'DescribeExecution'] },
  { id: 'Lambda', operations: ['Invoke', 'UpdateAlias', 'GetAlias'] },
  { id: 'SQS', operations: ['SendMessage'] },
  { id: 'SNS', operations: ['Publish'] },
];

/** Builds the world on the virtual clock and starts its services. */
export async function aMonitoredWorld(
  options: { metricDelayMs?: number; storage?: Storage; start?: number } = {},
): Promise<MonitoredWorld> {
  const noted = { calls: [], needs: [], published: [], answers: [] } as Pick<
    MonitoredWorld,
    'calls' | 'needs' | 'published' | 'answers'
  >;
  const built: { cloudWatch?: CloudWatch; eventBridge?: EventBridge; logs?: Logs } = {};
  const settings = {
    region: 'us-east-1',
    accountId: '123456789012',
    clock: createClock({ kind: 'virtual' }, options.start ?? START),
    random: createRandom(7),
    storage: options.storage ?? memoryStorage(),
  };
  const world = createWorld(settings, (unfinished) => {
    const cloudWatch = (built.cloudWatch = createCloudWatch(unfinished, options));
    const eventBridge = (built.eventBridge = createEventBridge(unfinished));
    const logs = (built.logs = createLogs(unfinished));
    const neighbours = NEIGHBOURS.map(({ id, operations }) => neighbour(id, operations, noted));
    return {
      services: [cloudWatch.service, eventBridge.service, logs.service, ...neighbours],
      channels: {
        metric: cloudWatch.metric,
        publish: (event) => {
          noted.published.push(event);
          eventBridge.publish(event);
        },
        log: logs.log,
      },
      authorizer: lenient(noted.needs),
    };
  });
  for (const service of world.services()) await service.start?.();
  const { cloudWatch, eventBridge, logs } = built;
  if (!cloudWatch || !eventBridge || !logs) throw new Error('expected createWorld to build the services');
  const client = {
    region: world.region,
    endpoint: 'http://sandbox.invalid',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: inProcessHandler(createDispatcher(world)),
    maxAttempts: 1,
  };
  const clients = {
    cloudWatch: new CloudWatchClient(client),
    events: new EventBridgeClient(client),
    logs: new CloudWatchLogsClient(client),
  };
  const pass = (ms: number): Promise<void> => world.clock.sleep(ms);
  return { world, cloudWatch, eventBridge, logs, clients, ...noted, pass };
}

function neighbour(
  id: ServiceId,
  operations: readonly string[],
  noted: Pick<MonitoredWorld, 'calls' | 'answers'>,
): Service {
  const entries = operations.map((name) => [
    name,
    operation<Readonly<Record<string, unknown>>, object>({
      needs: () => [],
      handle: (input, call) => {
        noted.calls.push({
          service: id,
          operation: name,
          input,
          principal: call.principal,
          at: call.world.clock.now(),
        });
        const answer = noted.answers.shift();
        if (answer) throw answer;
        return {};
      },
    }),
  ]);
  return { id, sdk: () => Promise.resolve({}), operations: Object.fromEntries(entries) as Service['operations'] };
}

/** Allows everything and notes what was asked for. */
function lenient(needs: Need[]): Authorizer {
  return {
    check: (_principal, need) => void needs.push(need),
    principalOf: () => ({ kind: 'account' }),
    credentialsFor: () => ({ accessKeyId: '', secretAccessKey: '', sessionToken: '' }),
    describe: (principal) => describePrincipal(principal),
    assumeRole: (roleArn, sessionName) => ({
      kind: 'role',
      roleName: roleArn.slice(roleArn.lastIndexOf('/') + 1),
      sessionName,
    }),
  };
}

function describePrincipal(principal: Principal): { arn: string; userId: string } {
  switch (principal.kind) {
    case 'account':
      return { arn: 'arn:aws:iam::123456789012:root', userId: '123456789012' };
    case 'service':
      return { arn: principal.service, userId: principal.service };
    case 'role': {
      const { roleName, sessionName } = principal;
      return {
        arn: `arn:aws:sts::123456789012:assumed-role/${roleName}/${sessionName}`,
        userId: `AROA:${sessionName}`,
      };
    }
  }
}
