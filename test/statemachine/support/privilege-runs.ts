import {
  AddPermissionCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { StopExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { EnvironmentPolicy } from '../../../domain/policy.ts';
import type { PolicyDocument } from '../../../sandbox/core/service.ts';
import { type Outcome, Pipeline, type With, zipOf } from '../../support/pipeline.ts';
import { AT_ONCE } from '../../support/policies.ts';

/**
 * Runs that together use everything that the pipeline's roles are granted, cheapest first. Each gives all that tells one way
 * of ending from another, so that a run that was refused something comes out differently.
 */

const QUICK: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 1 },
  onInconclusive: 'promote',
};

/** A metric of the user's own as a health rule. */
const MEMORY = {
  name: 'memory',
  metric: { namespace: 'Orders', name: 'Memory', dimensions: { Version: '{version}' }, statistic: 'Maximum' },
  better: 'lower' as const,
  limit: 200,
};

export interface Run {
  readonly name: string;
  /** What is deployed beside the pipeline itself. */
  readonly with?: With;
  /** Everything that tells one way of ending from another. */
  readonly play: (pipeline: Pipeline) => Promise<unknown>;
}

export const RUNS: readonly Run[] = [
  {
    name: 'a first release, and an alias that somebody moves afterwards',
    play: async (p) => [await first(p), await movedBySomebody(p), await traces(p)],
  },
  {
    name: 'a refused release',
    play: async (p) => {
      await p.setPolicy([QUICK]);
      return [end(await p.release('1.0.0', await zipOf({ 'readme.txt': '' }))), await traces(p)];
    },
  },
  {
    name: 'a release that somebody takes back',
    play: async (p) => [await first(p), await second(p, [QUICK]), end(await p.rollBack()), await traces(p)],
  },
  {
    name: 'a release with a hook, secrets, alarms and old versions to prune',
    play: async (p) => {
      const lambda = new LambdaClient(p.sandbox.clientConfig);
      const { ARN = '' } = await new SecretsManagerClient(p.sandbox.clientConfig).send(
        new CreateSecretCommand({ Name: 'weighbridge/db', SecretString: 'x' }),
      );
      await makeHook(p, lambda);
      const begun = await first(p);
      await lambda.send(
        new AddPermissionCommand({
          FunctionName: 'orders',
          Qualifier: '1',
          StatementId: 'old',
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
        }),
      );
      const rich = {
        configuration: { variables: { STAGE: 'p' }, secrets: { DB: ARN } },
        verify: { hook: 'smoke', warm: 2 },
        health: { alarms: ['orders-production-errors'], custom: [MEMORY] },
        retention: { keepVersions: 1 },
      };
      const policy = [{ ...QUICK, ...rich }];
      return [begun, await second(p, policy), end(await p.release('1.2.0')), await traces(p)];
    },
  },
  {
    name: 'a release that is refused after it changed more than traffic',
    play: async (p) => {
      const begun = await eventful(p, []);
      p.breakStep('VerifyCandidate', 'InvalidReleaseError');
      return [begun, end(await p.release('1.2.0')), await traces(p)];
    },
  },
  {
    name: 'a rollback',
    play: async (p) => {
      const begun = await eventful(p, ['1.0.1']);
      p.breakStep('CompleteRollout');
      return [begun, end(await p.release('1.2.0')), await traces(p)];
    },
  },
  {
    name: 'a rollback of a first release',
    play: async (p) => {
      await p.setPolicy([{ ...AT_ONCE, finalBakeMinutes: 1 }]);
      p.breakStep('EvaluateHealth');
      return [end(await p.release('1.0.0')), await traces(p)];
    },
  },
  {
    name: 'a rollback by the machine itself',
    play: async (p) => {
      const begun = await first(p);
      for (const state of ['Promote', 'RollBack']) p.breakStep(state);
      return [begun, await second(p, [QUICK]), await traces(p)];
    },
  },
  {
    name: 'a held release from which an expedited one takes over',
    play: async (p) => {
      const begun = await first(p);
      await p.setPolicy([{ ...QUICK, approval: 'before', holdHours: 1 }]);
      const held = await heldRelease(p, '1.1.0');
      await p.setPolicy([QUICK]);
      await p.uploadManifest('1.2.0', JSON.stringify({ expedite: { by: 'ana', why: 'production is down' } }));
      const ended = [await p.release('1.2.0'), await p.outcome(held)].map(withoutQuestions);
      return [begun, ended, await traces(p)];
    },
  },
  {
    name: 'a stopped release',
    play: async (p) => {
      const begun = await eventful(p, ['1.0.1']);
      p.breakStep('CompleteRollout', 'TransientAwsError');
      return [begun, await stopped(p, [MOVING], 'CompleteRollout'), await traces(p)];
    },
  },
  {
    name: 'a stopped first release',
    play: async (p) => [await stopped(p, [{ ...AT_ONCE, finalBakeMinutes: 30 }]), await traces(p)],
  },
];

/** What the candidate is verified and warmed with. */
const CONTRACT = JSON.stringify({ contract: [{ name: 'answers', event: {}, expect: { status: 200 } }] });

export async function first(p: Pipeline): Promise<string> {
  await p.setPolicy([AT_ONCE]);
  await p.uploadManifest('1.0.0', CONTRACT);
  return end(await p.release('1.0.0'));
}

/** `$LATEST` is the only other thing there is to point at. Returns what the ledger knows of it. */
async function movedBySomebody(p: Pipeline): Promise<number> {
  const alias = { FunctionName: 'orders', Name: 'production', FunctionVersion: '$LATEST' };
  await new LambdaClient(p.sandbox.clientConfig).send(new UpdateAliasCommand(alias));
  await p.sandbox.world.clock.sleep(30_000);
  return (await p.items()).filter(({ pk, told }) => pk.startsWith('alias-change#') && told === true).length;
}

async function second(p: Pipeline, policy: readonly EnvironmentPolicy[]): Promise<string> {
  await p.setPolicy(policy);
  await p.uploadManifest('1.1.0', CONTRACT);
  return end(await p.release('1.1.0'));
}

/** Uploads a release, and waits until a person is asked, or it ends without. */
async function heldRelease(p: Pipeline, version: string): Promise<string> {
  const before = (await p.executions()).length;
  await p.upload(version);
  const arn = await p.until(async () => (await p.executions())[before]);
  const there = ['AwaitDecision', 'Rejected', 'RolledBack'];
  await p.eventually(
    () => p.states(arn),
    (states) => there.some((state) => states.includes(state)),
  );
  await p.sandbox.world.clock.sleep(5_000);
  return arn;
}

/** How often a release asked for its turn is a matter of timing. */
const withoutQuestions = (ended: Outcome): string =>
  end(ended).replaceAll(/(BeginRollout OurTurn WaitForTurn )+/g, 'WaitForTurn ');

async function stopped(p: Pipeline, policy: readonly EnvironmentPolicy[], at = 'Bake'): Promise<unknown> {
  await p.setPolicy(policy);
  const before = (await p.executions()).length;
  await p.upload('1.1.0');
  const executionArn = await p.until(async () => (await p.executions())[before]);
  await p.eventually(
    () => p.states(executionArn),
    (states) => states.includes(at) || states.includes('Rejected') || states.includes('RolledBack'),
  );
  await new SFNClient(p.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn }));
  const lock = await p.eventually(
    () => p.lockOwner(),
    (owner) => owner === '',
  );
  return [(await p.outcome(executionArn)).status, lock === ''];
}

/** A release under this policy changes more than traffic. */
const MOVING: EnvironmentPolicy = {
  ...AT_ONCE,
  eventSources: 'move',
  configuration: { variables: { MODE: 'new' } },
};

/**
 * Releases, then what they leave to be changed: variables, a queue that feeds the bare function, an old permission, and
 * provisioned concurrency.
 */
async function eventful(p: Pipeline, more: readonly string[]): Promise<unknown> {
  const lambda = new LambdaClient(p.sandbox.clientConfig);
  const ends = [await first(p)];
  for (const version of more) ends.push(end(await p.release(version)));
  const FunctionName = 'orders';
  const EventSourceArn = `arn:aws:sqs:us-east-1:${p.sandbox.world.accountId}:jobs`;
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn }));
  await lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { MODE: 'old' } } }),
  );
  const permission = { StatementId: 'old', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' };
  await lambda.send(new AddPermissionCommand({ FunctionName, Qualifier: '1', ...permission }));
  const capacity = { Qualifier: 'production', ProvisionedConcurrentExecutions: 1 };
  await lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, ...capacity }));
  await p.sandbox.world.clock.sleep(30_000);
  await p.setPolicy([MOVING]);
  return ends;
}

/** What a release changes besides traffic. */
async function besides(p: Pipeline): Promise<unknown> {
  const lambda = new LambdaClient(p.sandbox.clientConfig);
  await p.sandbox.world.clock.sleep(30_000);
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'orders' }));
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const policy = await lambda
    .send(new GetPolicyCommand({ FunctionName: 'orders', Qualifier: '1' }))
    .then(({ Policy }) => Policy, String);
  const { CodeSha256, Environment } = Configuration ?? {};
  return [CodeSha256, Environment?.Variables, EventSourceMappings.map(({ FunctionArn }) => FunctionArn), policy];
}

async function makeHook(p: Pipeline, lambda: LambdaClient): Promise<void> {
  const ZipFile = await zipOf({ 'index.mjs': 'export const handler = () => null;' });
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'orders' }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'smoke',
      Role: Configuration?.Role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile },
    }),
  );
  p.sandbox.lambda.runInProcess('smoke', () => ({ ok: true }));
  await p.sandbox.world.clock.sleep(10_000);
}

export const end = ({ states, status, error }: Pick<Outcome, 'states' | 'status' | 'error'>): string =>
  `${status} ${error ?? '-'} ${states.join(' ')}`;

/** What is left afterwards: where the alias points, what was recorded and what people were told. */
export async function traces(p: Pipeline): Promise<unknown> {
  const evidence = (await p.items()).filter(({ sk }) => /#(NotifyRollback|PruneVersions|AwaitDecision)$/.test(sk));
  const warmed = (await p.items()).flatMap(({ entry }) => (entry as { warmed?: object } | undefined)?.warmed ?? []);
  const deliveries = evidence.map(({ entry }) => shape(entry)).sort();
  const rollouts = (await p.rollouts()).map(({ status, strategy }) => `${status} ${strategy}`).sort();
  return {
    alias: await p.serves(),
    besides: await besides(p),
    lock: (await p.lockOwner()) === '',
    told: p.webhook.length,
    mails: p.published(),
    logs: await p.logGroups(),
    rollouts,
    warmed: warmed.map(shape).sort(),
    deliveries,
  };
}

/** An entry without what differs from run to run. */
const shape = (entry: unknown) => JSON.stringify(entry).replaceAll(/\d+ ms|[0-9a-f-]{36}/g, '');

/**
 * What only AWS itself checks: X-Ray takes traces from the service, log delivery is set up when the machine is made, and so is
 * the rule of EventBridge's by which `startExecution.sync` is told that a child has ended.
 */
const NOT_CHECKED_HERE =
  /^xray:|^logs:(\w+LogDeliver|PutResourcePolicy|Describe)|^events:(PutTargets|PutRule|DescribeRule)$/;

/** One granted statement of one role. */
export interface Target {
  readonly roleName: string;
  readonly policy: string;
  readonly index: number;
  /** `ShiftTraffic MoveTraffic`, for people. */
  readonly words: string;
}

/** A run that was played: how it came out, what it used of the grants, and who was refused something. */
export interface Played {
  readonly result: string;
  readonly used: ReadonlySet<string>;
  /** `statement action` that this run did not use. */
  readonly unusedActions: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
}

export const keyOf = ({ roleName, policy, index }: Omit<Target, 'words'>): string => `${roleName}|${policy}|${index}`;

/** Every statement of the pipeline's roles that is checked here. */
export async function statementsOf(p: Pipeline): Promise<Target[]> {
  const iam = new IAMClient(p.sandbox.clientConfig);
  const found: Target[] = [];
  for (const { roleName, statements } of p.sandbox.iam.usage()) {
    if (!roleName.startsWith('Weighbridge-')) continue;
    for (const { policy, index } of statements) {
      const { Sid, Action } = (await documentOf(iam, roleName, policy)).Statement[index] ?? {};
      const actions = [Action ?? []].flat();
      if (actions.every((action) => NOT_CHECKED_HERE.test(action))) continue;
      found.push({ roleName, policy, index, words: `${roleName.split('-')[1]} ${Sid ?? actions.join(', ')}` });
    }
  }
  return found;
}

async function documentOf(iam: IAMClient, RoleName: string, PolicyName: string): Promise<PolicyDocument> {
  const found = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  return JSON.parse(decodeURIComponent(found.PolicyDocument ?? '')) as PolicyDocument;
}

/** Takes one statement away. */
export async function without(p: Pipeline, { roleName, policy, index }: Target): Promise<void> {
  const iam = new IAMClient(p.sandbox.clientConfig);
  const document = await documentOf(iam, roleName, policy);
  const Statement = document.Statement.filter((_, position) => position !== index);
  const PolicyDocument = JSON.stringify({ ...document, Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName: roleName, PolicyName: policy, PolicyDocument }));
}

/** Plays a run in a sandbox of its own. */
export async function play(run: Run, prepare: (p: Pipeline) => Promise<void> = async () => undefined): Promise<Played> {
  const pipeline = await Pipeline.start(run.with && { with: run.with });
  try {
    await prepare(pipeline);
    const result = await run
      .play(pipeline)
      .then(JSON.stringify, (cause: unknown) => `came to nothing: ${String(cause)}`);
    const usage = pipeline.sandbox.iam.usage();
    const all = usage.flatMap(({ roleName, statements }) =>
      statements.map((one) => ({ ...one, key: keyOf({ ...one, roleName }) })),
    );
    return {
      result,
      used: new Set(all.filter(({ allowed }) => allowed > 0).map(({ key }) => key)),
      unusedActions: new Set(
        all.flatMap(({ key, unusedActions }) => unusedActions.map((action) => `${key} ${action}`)),
      ),
      refused: new Set(usage.filter(({ denied }) => denied.length > 0).map(({ roleName }) => roleName)),
    };
  } finally {
    await pipeline.close();
  }
}

/** Every run as it is with all statements in place, by name. */
export async function playAll(runs: readonly Run[] = RUNS): Promise<ReadonlyMap<string, Played>> {
  const baselines = new Map<string, Played>();
  for (const run of runs) baselines.set(run.name, await play(run));
  return baselines;
}

/** All targets of the pipeline with what is deployed beside it. */
export async function allTargets(wanted: With = {}): Promise<readonly Target[]> {
  const pipeline = await Pipeline.start({ with: wanted });
  try {
    return await statementsOf(pipeline);
  } finally {
    await pipeline.close();
  }
}

/** Statements that no run needs: each run that uses one comes out the same without it, and nobody is refused anything. */
export async function needless(
  targets: readonly Target[],
  baselines: ReadonlyMap<string, Played>,
  runs: readonly Run[] = RUNS,
): Promise<string[]> {
  const found: string[] = [];
  for (const target of targets) {
    const using = runs.filter(({ name }) => baselines.get(name)?.used.has(keyOf(target)));
    const names = using.map(({ name }) => name).join(', ') || 'no run';
    if (!(await oneDiffers(using, target, baselines))) found.push(`${target.words} (used in: ${names})`);
  }
  return found;
}

/** The cheapest runs come first; the first one that comes out differently will do. */
async function oneDiffers(
  using: readonly Run[],
  target: Target,
  baselines: ReadonlyMap<string, Played>,
): Promise<boolean> {
  for (const run of using) {
    const { result, refused } = await play(run, (p) => without(p, target));
    if (result !== baselines.get(run.name)?.result && refused.has(target.roleName)) return true;
  }
  return false;
}
