import { Failure } from './failure.ts';
import { resolveTarget } from './target.ts';
import type { ClientConfig, Target, TargetOptions } from './target.ts';

/** Options of every command that talks to an endpoint. */
export interface ConnectionOptions extends TargetOptions {
  readonly stack?: string;
}

/** What the stack says about where things are. */
export interface StackOutputs {
  readonly ArtifactBucketName: string;
  readonly StateMachineArn: string;
  readonly LedgerTableName: string;
  readonly TopicArn: string;
  readonly PolicyPrefix: string;
  readonly SlackSecretArn: string;
  /** Where events wait that could not be delivered; older stacks do not tell. */
  readonly UndeliveredQueueUrl?: string;
  /** The machine of fire drills and the function that they release; absent without them. */
  readonly DrillMachineArn?: string;
  readonly DrillFunctionName?: string;
  /** The machine of release groups; absent without them. */
  readonly GroupMachineArn?: string;
}

/** An endpoint with a deployed pipeline. Nothing is called before it is needed. */
export interface Connection {
  readonly target: Target;
  readonly clientConfig: ClientConfig;
  readonly stackName: string;
  /** @throws Failure when the stack is not there. */
  outputs(): Promise<StackOutputs>;
  /** `sandbox http://127.0.0.1:4566 (account 123456789012, us-east-1)`, for people. */
  describe(): Promise<string>;
  /** Who is calling, as an ARN. */
  caller(): Promise<string>;
}

export const DEFAULT_STACK = 'Weighbridge';

export function connect(options: ConnectionOptions, env = process.env, folder = process.cwd()): Connection {
  const target = resolveTarget(options, env, folder);
  if (options.profile) env.AWS_PROFILE = options.profile;
  return connectTo(target, options.stack);
}

/** A connection to a target that is known already. */
export function connectTo(target: Target, stackName = DEFAULT_STACK): Connection {
  const { clientConfig } = target;
  const outputs = once(() => readOutputs(clientConfig, stackName, describe));
  const identity = once(() => whoAmI(clientConfig));
  async function describe(): Promise<string> {
    const { account, region } = await identity();
    const where = `account ${account}, ${region}`;
    if (clientConfig.endpoint === undefined) return `AWS ${where}`;
    return `${target.kind === 'sandbox' ? 'sandbox' : 'endpoint'} ${clientConfig.endpoint} (${where})`;
  }
  return { target, clientConfig, stackName, outputs, describe, caller: async () => (await identity()).arn };
}

async function whoAmI(config: ClientConfig): Promise<{ account: string; region: string; arn: string }> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(config);
  const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
  return { account: Account ?? 'unknown', region: await client.config.region(), arn: Arn ?? 'unknown' };
}

async function readOutputs(
  config: ClientConfig,
  StackName: string,
  describe: () => Promise<string>,
): Promise<StackOutputs> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(config);
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    const pairs = (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
    return complete(Object.fromEntries(pairs) as Partial<StackOutputs>, StackName);
  } catch (cause) {
    if (!(cause instanceof Error) || !cause.message.includes('does not exist')) throw cause;
    const todo = 'deploy it with `npx cdk deploy`, or name yours with --stack';
    throw new Failure(`no stack named ${StackName} in ${await describe()}: ${todo}`, { cause });
  }
}

function complete(outputs: Partial<StackOutputs>, stackName: string): StackOutputs {
  const { ArtifactBucketName, StateMachineArn, LedgerTableName, TopicArn, PolicyPrefix, SlackSecretArn } = outputs;
  if (ArtifactBucketName && StateMachineArn && LedgerTableName && TopicArn && PolicyPrefix && SlackSecretArn)
    return { ...outputs, ArtifactBucketName, StateMachineArn, LedgerTableName, TopicArn, PolicyPrefix, SlackSecretArn };
  const came = Object.keys(outputs).join(', ') || 'none';
  throw new Failure(`stack ${stackName} is not a Weighbridge pipeline, or an older one: its outputs are ${came}`);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
