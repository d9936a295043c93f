import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import * as names from './resource-names.ts';

/** One statement of a role. `why` says why a resource has to be a wildcard; without a wildcard it is absent. */
export interface Grant {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly why?: string;
  /** Conditions by operator and key. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What steps may be granted access to. */
export interface Granted {
  readonly scope: Construct;
  readonly bucket: Bucket;
  readonly ledger: Table;
  readonly idempotency: Table;
  readonly topic: Topic;
  readonly slackSecret: Secret;
  readonly policyPrefix: string;
  /** Names of the functions that the pipeline releases. */
  readonly functions: readonly string[];
  /** Names of further functions that policies name as verification hooks. */
  readonly hooks: readonly string[];
  /** Name of the function that fire drills release. */
  readonly drillFunction: string;
}

const ANY_VERSION = 'The versions and aliases of a managed function come and go; the function itself is named.';

/** The uploaded archives and what lies beside them. */
export function readReleases({ bucket }: Granted): Grant {
  const actions = ['s3:GetObject', 's3:GetObjectVersion'];
  const why = 'The keys of releases are chosen by whoever uploads them, below releases/ and groups/.';
  const resources = ['releases/*', 'groups/*'].map((keys) => bucket.arnForObjects(keys));
  return { sid: 'ReadReleases', actions, resources, why };
}

/** What `$LATEST` can be given: releases, and what it had before the first of them. */
export function readCode({ bucket }: Granted): Grant {
  const actions = ['s3:GetObject', 's3:GetObjectVersion'];
  const why = 'The keys of releases are chosen by whoever uploads them; those of saved code are digests.';
  const resources = [bucket.arnForObjects('releases/*'), bucket.arnForObjects('saved/*')];
  return { sid: 'ReadCode', actions, resources, why };
}

/** A copy of code that no release brought, before it is overwritten. */
export function keepCode({ bucket }: Granted): Grant {
  const why = 'The key is the digest of the code.';
  return { sid: 'KeepCode', actions: ['s3:PutObject'], resources: [bucket.arnForObjects('saved/*')], why };
}

/** Event source mappings have ids of their own; which function they are for is a condition. */
export function moveMappings({ scope, functions }: Granted, calls: readonly string[]): Grant {
  const why = 'Mappings come and go with ids of their own; only those of managed functions may be moved.';
  const arns = [...names.functionArns(scope, functions), ...names.qualifiedArns(scope, functions)];
  const conditions = { ArnLike: { 'lambda:FunctionArn': arns } };
  const actions = calls.map((call) => `lambda:${call}`);
  return { sid: 'MoveEventSources', actions, resources: [names.mappingArns(scope)], why, conditions };
}

/** Gives old versions the permissions back that pruning took away. */
export function givePermissions({ scope, functions }: Granted): Grant {
  const resources = names.qualifiedArns(scope, functions);
  return { sid: 'GivePermissionsBack', actions: ['lambda:AddPermission'], resources, why: ANY_VERSION };
}

/** With it S3 says 404 for an object that is gone, without it 403. */
export function listReleases({ bucket }: Granted): Grant {
  return { sid: 'TellMissingFromForbidden', actions: ['s3:ListBucket'], resources: [bucket.bucketArn] };
}

/** The policies of all functions. */
export function readPolicies({ scope, policyPrefix }: Granted): Grant {
  const why = 'One parameter per function, below a prefix of our own.';
  const resources = [names.parameterArns(scope, policyPrefix)];
  return { sid: 'ReadPolicies', actions: ['ssm:GetParameter'], resources, why };
}

/** Reads of managed functions and of their versions and aliases. */
export function readFunctions(to: Granted, calls: readonly string[]): Grant {
  return onFunctions(to, 'ReadFunctions', calls);
}

/** Calls on managed functions and on their versions and aliases. */
export function onFunctions({ scope, functions }: Granted, sid: string, calls: readonly string[]): Grant {
  const resources = [...names.functionArns(scope, functions), ...names.qualifiedArns(scope, functions)];
  return { sid, actions: calls.map((call) => `lambda:${call}`), resources, why: ANY_VERSION };
}

/** Changes of the functions' code, on nothing but the functions themselves. */
export function publishCode({ scope, functions }: Granted, calls: readonly string[]): Grant {
  const actions = calls.map((call) => `lambda:${call}`);
  return { sid: 'PublishCode', actions, resources: names.functionArns(scope, functions) };
}

/** Direct invocations of a version, never of the alias's traffic. */
export function invokeCandidate({ scope, functions }: Granted): Grant {
  const resources = names.qualifiedArns(scope, functions);
  return { sid: 'InvokeCandidate', actions: ['lambda:InvokeFunction'], resources, why: ANY_VERSION };
}

/** The functions that policies name as hooks; nothing when there are none. */
export function invokeHooks({ scope, hooks }: Granted): Grant[] {
  if (hooks.length === 0) return [];
  const resources = [...names.functionArns(scope, hooks), ...names.qualifiedArns(scope, hooks)];
  return [{ sid: 'InvokeHooks', actions: ['lambda:InvokeFunction'], resources, why: ANY_VERSION }];
}

/** Event source mappings have no resource to name in a list call. */
export function listMappings(): Grant {
  const why = 'lambda:ListEventSourceMappings takes no resource.';
  return { sid: 'ListTriggers', actions: ['lambda:ListEventSourceMappings'], resources: ['*'], why };
}

/** Composite alarms are only described to those who may describe all alarms. */
export function describeAlarms(): Grant {
  const why = 'cloudwatch:DescribeAlarms returns composite alarms only when granted on all.';
  return { sid: 'DescribeAlarms', actions: ['cloudwatch:DescribeAlarms'], resources: ['*'], why };
}

/** The figures of both versions. */
export function readMetrics(): Grant {
  const why = 'cloudwatch:GetMetricData takes no resource.';
  return { sid: 'ReadMetrics', actions: ['cloudwatch:GetMetricData'], resources: ['*'], why };
}

/** Whether the secrets that a policy refers to exist. */
export function describeSecrets({ scope }: Granted): Grant {
  const why = 'Only metadata is read, of whichever secrets a policy refers to.';
  const resources = [names.secretArns(scope)];
  return { sid: 'DescribeSecrets', actions: ['secretsmanager:DescribeSecret'], resources, why };
}

/** Whether the execution behind a rollout still runs. */
export function readExecutions({ scope }: Granted): Grant {
  const why = 'Executions of our own machine; their names are made by EventBridge.';
  const resources = [names.executionArns(scope)];
  return { sid: 'ReadExecutions', actions: ['states:DescribeExecution'], resources, why };
}

/** Wakes a rollout that waits for a person. */
export function wakeExecutions({ scope }: Granted): Grant {
  return { sid: 'WakeHeld', actions: ['states:SendTaskSuccess'], resources: [names.stateMachineArn(scope)] };
}

/** Deleting is granted on versions alone: without a qualifier, `DeleteFunction` would delete the function. */
export function prune(to: Granted): Grant[] {
  const reads = [
    'ListVersionsByFunction',
    'ListAliases',
    'GetPolicy',
    'ListProvisionedConcurrencyConfigs',
    'ListFunctionUrlConfigs',
  ];
  const versions = names.qualifiedArns(to.scope, to.functions);
  return [
    readFunctions(to, reads),
    { sid: 'DeleteVersions', actions: ['lambda:DeleteFunction'], resources: versions, why: ANY_VERSION },
    { sid: 'RemovePermissions', actions: ['lambda:RemovePermission'], resources: versions, why: ANY_VERSION },
  ];
}

/** Sets an alias back, or removes the one that a first release made. */
export function restore(to: Granted, reads: readonly string[]): Grant[] {
  return [
    readFunctions(to, reads),
    onFunctions(to, 'RestoreTraffic', ['UpdateAlias']),
    onFunctions(to, 'RemoveFirstAlias', ['DeleteAlias']),
  ];
}

/** The topic, and the webhook's URL. */
export function notify({ topic, slackSecret }: Granted): Grant[] {
  return [
    { sid: 'TellSubscribers', actions: ['sns:Publish'], resources: [topic.topicArn] },
    { sid: 'ReadSlackWebhook', actions: ['secretsmanager:GetSecretValue'], resources: [slackSecret.secretArn] },
  ];
}

/**
 * What a step does to the ledger: `look` reads only, `record` keeps records, `attest` also adds to a rollout's evidence,
 * whose end has to be found first, `close` also ends a rollout, `settle` also says what is served while the lock is held.
 */
export type LedgerUse = 'look' | 'record' | 'attest' | 'close' | 'settle';

const LEDGER_CALLS: Readonly<Record<LedgerUse, readonly string[]>> = {
  look: ['GetItem', 'Query'],
  record: ['GetItem', 'PutItem', 'UpdateItem'],
  attest: ['GetItem', 'PutItem', 'UpdateItem', 'Query'],
  close: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'],
  settle: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'ConditionCheckItem'],
};

/** Whether the execution behind a release group still runs, and starting the one that takes the group back. */
export function recoverGroups({ scope }: Granted): Grant {
  const why = 'Executions of our own machine; their names are made by EventBridge.';
  const resources = [names.executionArns(scope, 'Group'), names.stateMachineArn(scope, 'Group')];
  return { sid: 'RecoverGroups', actions: ['states:DescribeExecution', 'states:StartExecution'], resources, why };
}

/** Calls on the drill function's aliases, and on no other function. */
export function onDrillFunction({ scope, drillFunction }: Granted, calls: readonly string[]): Grant {
  const actions = calls.map((call) => `lambda:${call}`);
  const resources = [...names.functionArns(scope, [drillFunction]), ...names.qualifiedArns(scope, [drillFunction])];
  return { sid: 'UseDrillFunction', actions, resources, why: ANY_VERSION };
}

/** Releases of the drill function, and of no other. */
export function uploadDrills({ bucket, drillFunction }: Granted): Grant {
  const why = 'Each drill has versions of its own, below the key of the drill function.';
  const resources = [bucket.arnForObjects(`releases/${drillFunction}/*`)];
  return { sid: 'UploadDrills', actions: ['s3:PutObject'], resources, why };
}

/** The ledger's table. */
export function useLedger({ ledger }: Granted, use: LedgerUse): Grant {
  const actions = LEDGER_CALLS[use].map((call) => `dynamodb:${call}`);
  return { sid: 'KeepLedger', actions, resources: [ledger.tableArn] };
}

/** A step that changes something keeps its answer, so that a retry gets the same one. */
export function rememberAnswers({ idempotency }: Granted): Grant {
  const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((call) => `dynamodb:${call}`);
  return { sid: 'RememberAnswers', actions, resources: [idempotency.tableArn] };
}
