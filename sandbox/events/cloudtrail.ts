import type { Principal, ServiceId } from '../core/service.ts';
import type { BusEvent, CallRecord, World } from '../core/world.ts';

/** Services whose mutating calls appear on the bus, with their CloudTrail names. */
const SOURCES: Partial<Record<ServiceId, { source: string; eventSource: string; apiVersion: string }>> = {
  Lambda: { source: 'aws.lambda', eventSource: 'lambda.amazonaws.com', apiVersion: '2015-03-31' },
  SFN: { source: 'aws.states', eventSource: 'states.amazonaws.com', apiVersion: '2016-11-23' },
};

/** Data events and reads, which no rule sees. */
const NOT_MANAGEMENT = /^(Get|List|Describe|Invoke|Validate|SendTask)/u;

/** CloudTrail names most Lambda operations with the date of the API that introduced them. */
const LAMBDA_DATES: Readonly<Record<string, string>> = {
  AddPermission: '20150331v2',
  CreateAlias: '20150331',
  CreateEventSourceMapping: '20150331',
  CreateFunction: '20150331',
  DeleteAlias: '20150331',
  DeleteEventSourceMapping: '20150331',
  DeleteFunction: '20150331',
  DeleteFunctionConcurrency: '20171031',
  PublishVersion: '20150331',
  PutFunctionConcurrency: '20171031',
  RemovePermission: '20150331v2',
  TagResource: '20170331v2',
  UntagResource: '20170331v2',
  UpdateAlias: '20150331',
  UpdateEventSourceMapping: '20150331',
  UpdateFunctionCode: '20150331v2',
  UpdateFunctionConfiguration: '20150331v2',
};

/** Publishes an `AWS API Call via CloudTrail` event for every mutating management call; returns how to end it. */
export function watchCalls(world: World, publish: (event: BusEvent) => void): () => void {
  return world.observe((record) => {
    const event = cloudTrailEvent(world, record);
    if (event) publish(event);
  });
}

/** The event for a call; `undefined` for reads, data events and other services. */
export function cloudTrailEvent(world: World, record: CallRecord): BusEvent | undefined {
  const names = SOURCES[record.service];
  if (!names || NOT_MANAGEMENT.test(record.operation)) return undefined;
  const suffix = record.service === 'Lambda' ? (LAMBDA_DATES[record.operation] ?? '') : '';
  const detail = {
    eventVersion: '1.11',
    userIdentity: userIdentity(world, record.principal),
    eventTime: `${new Date(record.at).toISOString().slice(0, 19)}Z`,
    eventSource: names.eventSource,
    eventName: record.operation + suffix,
    awsRegion: world.region,
    sourceIPAddress: sourceAddress(record.principal),
    userAgent: sourceAddress(record.principal),
    ...(record.error !== undefined && { errorCode: record.error }),
    requestParameters: requestParameters(record.input),
    responseElements: null,
    requestID: world.random.uuid(),
    eventID: world.random.uuid(),
    readOnly: false,
    eventType: 'AwsApiCall',
    apiVersion: names.apiVersion,
    managementEvent: true,
    recipientAccountId: world.accountId,
    eventCategory: 'Management',
  };
  return { source: names.source, detailType: 'AWS API Call via CloudTrail', detail, at: record.at };
}

function sourceAddress(principal: Principal): string {
  return principal.kind === 'service' ? principal.service : '127.0.0.1';
}

function userIdentity(world: World, principal: Principal): Record<string, unknown> {
  if (principal.kind === 'service') return { type: 'AWSService', invokedBy: principal.service };
  const { accountId } = world;
  const { arn, userId: principalId } = world.authorizer.describe(principal);
  if (principal.kind === 'account') return { type: 'Root', principalId, arn, accountId };
  const { roleName: userName } = principal;
  const role = `arn:aws:iam::${accountId}:role/${userName}`;
  const sessionIssuer = { type: 'Role', principalId: principalId.split(':')[0], arn: role, accountId, userName };
  return { type: 'AssumedRole', principalId, arn, accountId, sessionContext: { sessionIssuer } };
}

/** CloudTrail writes members in lower camel case, dates as text, and leaves code and environment values out. */
function requestParameters(input: unknown): unknown {
  if (input instanceof Date) return input.toISOString();
  if (input instanceof Uint8Array) return undefined;
  if (Array.isArray(input)) return input.map(requestParameters);
  if (typeof input !== 'object' || input === null) return input;
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [lowerFirst(key), HIDDEN.has(key) ? HIDDEN_TEXT : requestParameters(value)]),
  );
}

const HIDDEN_TEXT = 'HIDDEN_DUE_TO_SECURITY_REASONS';
const HIDDEN: ReadonlySet<string> = new Set(['ZipFile', 'Environment', 'definition', 'input']);

/** `FunctionName` → `functionName`; keys of maps, such as version numbers, stay. */
function lowerFirst(key: string): string {
  return key.charAt(0).toLowerCase() + key.slice(1);
}
