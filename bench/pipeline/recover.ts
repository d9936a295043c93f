import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type HistoryEvent, GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { buildExample } from '../../examples/orders/build.ts';
import { assemble } from '../../infra/assembly.ts';
import { deployAssembly } from '../../sandbox/cloudformation/deploy-assembly.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { allEnded } from '../fleet/release-fleet.ts';

/** One rollback, in milliseconds. */
export interface Recovered {
  /** From EvaluateHealth entered, at the tick that sees the alarm, to RollBack left. */
  readonly fromTick: number;
  /** From EvaluateHealth left, with its verdict, to the alias written. */
  readonly fromVerdict: number;
}

export interface Recoveries {
  readonly rollbacks: readonly Recovered[];
  /** Milliseconds of each attempt of a Task, by state: the invocation and what the sandbox needs for it. */
  readonly steps: Readonly<Record<string, readonly number[]>>;
}

const ALARM = 'bench-bad-news';
const FUNCTION = 'orders';
/** Sandbox seconds in a real one while nothing but waiting happens; while a step works, time runs as it does outside. */
const FACTOR = 20;

/**
 * Releases the example that many times into an alarm, with the bundles that are deployed, each step a process of its own, on the
 * compressed clock, which runs at real speed while a step works.
 */
export async function measureRecoveries(times: number): Promise<Recoveries> {
  const assembly = await assemble({ functions: [FUNCTION], placeholders: [], example: true });
  const sandbox = await createSandbox({ clock: { kind: 'compressed', factor: FACTOR }, port: 0 });
  try {
    const { outputs } = await deployAssembly(sandbox.world, { assembly, stack: 'Weighbridge' });
    await deployAssembly(sandbox.world, { assembly, stack: 'WeighbridgeExample' });
    const bench = new Bench(sandbox, outputs);
    await bench.prepare();
    const rollbacks: Recovered[] = [];
    for (let n = 0; n < times; n++) rollbacks.push(await bench.releaseBad(`1.1.${n}`));
    return { rollbacks, steps: bench.steps };
  } finally {
    await sandbox.close();
  }
}

class Bench {
  readonly #sandbox: Sandbox;
  readonly #outputs: Readonly<Record<string, string>>;
  readonly steps: Record<string, number[]> = {};
  #releases = 0;
  #written = Number.NaN;

  constructor(sandbox: Sandbox, outputs: Readonly<Record<string, string>>) {
    this.#sandbox = sandbox;
    this.#outputs = outputs;
    sandbox.world.observe(({ operation, error, principal }) => {
      const rollBack = principal.kind === 'role' && principal.roleName.includes('-RollBackRole');
      if (rollBack && operation === 'UpdateAlias' && !error) this.#written = sandbox.world.clock.now();
    });
  }

  /** A first release at once, and then a canary under an alarm. */
  async prepare(): Promise<void> {
    const cloudWatch = new CloudWatchClient(this.#sandbox.clientConfig);
    const metric = { Namespace: 'Bench', MetricName: 'Failures', Statistic: 'Sum', Period: 60 } as const;
    const rule = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' } as const;
    await cloudWatch.send(
      new PutMetricAlarmCommand({ AlarmName: ALARM, ...metric, ...rule, TreatMissingData: 'ignore' }),
    );
    await this.#say('OK');
    await this.#policy({ name: 'production', strategy: { type: 'allAtOnce' } });
    const [first] = await this.#release('1.0.0');
    if (first?.status !== 'SUCCEEDED') throw new Error(`expected the first release to succeed, got ${first?.status}`);
    const strategy = { type: 'canary', percent: 10, minutes: 10 };
    await this.#policy({
      name: 'production',
      strategy,
      onInconclusive: 'promote',
      health: { alarms: [ALARM] },
    });
  }

  async releaseBad(version: string): Promise<Recovered> {
    const goBad = this.#sandbox.world.observe(({ operation, principal, error }) => {
      const shift = principal.kind === 'role' && principal.roleName.includes('-ShiftTrafficRole');
      if (!shift || operation !== 'UpdateAlias' || error) return;
      goBad();
      this.#sandbox.world.clock.setTimer(70_000, () => void this.#say('ALARM'));
    });
    const ended = await this.#release(version);
    const newest = ended.toSorted((a, b) => Number(b.startDate) - Number(a.startDate))[0];
    if (newest?.status !== 'FAILED') throw new Error(`expected ${version} to be rolled back, got ${newest?.status}`);
    await this.#say('OK');
    return this.#read(await this.#history(newest.executionArn ?? ''));
  }

  async #release(version: string) {
    const s3 = new S3Client({ ...this.#sandbox.clientConfig, forcePathStyle: true });
    const Body = await buildExample(version === '1.0.0' ? '1.0.0' : '1.1.0');
    const Key = `releases/${FUNCTION}/${version}/code.zip`;
    await s3.send(new PutObjectCommand({ Bucket: this.#outputs['ArtifactBucketName'], Key, Body }));
    return allEnded(this.#sandbox, this.#outputs['StateMachineArn'] ?? '', ++this.#releases);
  }

  async #say(StateValue: 'OK' | 'ALARM'): Promise<void> {
    const cloudWatch = new CloudWatchClient(this.#sandbox.clientConfig);
    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: ALARM, StateValue, StateReason: 'the bench says so' }));
  }

  async #policy(environment: object): Promise<void> {
    const ssm = new SSMClient(this.#sandbox.clientConfig);
    const Value = JSON.stringify({ environments: [environment] });
    await ssm.send(
      new PutParameterCommand({ Name: `/weighbridge/${FUNCTION}`, Value, Type: 'String', Overwrite: true }),
    );
  }

  async #history(executionArn: string): Promise<HistoryEvent[]> {
    const client = new SFNClient(this.#sandbox.clientConfig);
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
    return events;
  }

  #read(events: readonly HistoryEvent[]): Recovered {
    const at = (type: string, name: string) => {
      const found = events.findLast(
        (event) =>
          event.type === type && (event.stateEnteredEventDetails ?? event.stateExitedEventDetails)?.name === name,
      );
      return found?.timestamp?.getTime() ?? Number.NaN;
    };
    let entered: HistoryEvent | undefined;
    for (const event of events) {
      if (event.type === 'TaskStateEntered') entered = event;
      if (event.type !== 'TaskStateExited' || !entered) continue;
      const name = entered.stateEnteredEventDetails?.name ?? '?';
      (this.steps[name] ??= []).push(Number(event.timestamp) - Number(entered.timestamp));
    }
    return {
      fromTick: at('TaskStateExited', 'RollBack') - at('TaskStateEntered', 'EvaluateHealth'),
      fromVerdict: this.#written - at('TaskStateExited', 'EvaluateHealth'),
    };
  }
}
