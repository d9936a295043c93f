import type { Lambda as LambdaApi } from '@aws-sdk/client-lambda';
import { Lambda } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';
import type { LambdaWorld } from './support/lambda-world.ts';
import { ACCOUNT, aLambdaWorld, createFunction, createRole, REGION, release, zipOf } from './support/lambda-world.ts';
import { messagePattern, nameOf, recordedErrors } from './support/recorded-errors.ts';

/** Entries left out, each with its reason: none any more. */
const LEFT_OUT: Record<string, string> = {};

const arn = (name: string, qualifier?: string): string =>
  `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}${qualifier ? `:${qualifier}` : ''}`;

let given: LambdaWorld;
let api: LambdaApi;
let zip: Uint8Array;
let role: string;

/** `fn` has versions 1 and 2 and the alias `live`; `other` only exists; `fresh` functions are made where one is changed. */
beforeAll(async () => {
  given = await aLambdaWorld();
  api = new Lambda({
    region: REGION,
    endpoint: 'http://127.0.0.1',
    credentials: { accessKeyId: 'admin', secretAccessKey: 'admin' },
    maxAttempts: 1,
    requestHandler: inProcessHandler(createDispatcher(given.world)),
  });
  zip = await zipOf({ 'index.js': 'exports.handler = async () => 1;' });
  role = await createRole(given.world, 'any-role');
  await createFunction(given, 'fn');
  await createFunction(given, 'other');
  await release(given, 'fn', 'exports.handler = async () => 1;');
  await release(given, 'fn', 'exports.handler = async () => 2;');
  await api.createAlias({ FunctionName: 'fn', Name: 'live', FunctionVersion: '1' });
});
afterAll(() => given.close());

let count = 0;
/** A function of its own with one version and the alias `live`. */
async function fresh(): Promise<string> {
  const name = `fresh-${count++}`;
  await createFunction(given, name);
  await api.publishVersion({ FunctionName: name });
  await api.createAlias({ FunctionName: name, Name: 'live', FunctionVersion: '1' });
  return name;
}

const creation = (more: object) =>
  api.createFunction({
    FunctionName: 'made',
    Role: role,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: zip },
    ...more,
  });
const aliasing = (more: object) =>
  api.createAlias({ FunctionName: 'fn', Name: 'custom', FunctionVersion: '1', ...more });
const weights = (AdditionalVersionWeights: Record<string, number>) => ({ RoutingConfig: { AdditionalVersionWeights } });
const provision = (FunctionName: string, Qualifier: string, ProvisionedConcurrentExecutions = 1) =>
  api.putProvisionedConcurrencyConfig({ FunctionName, Qualifier, ProvisionedConcurrentExecutions });
const permission = (more: object) =>
  api.addPermission({
    FunctionName: 'fn',
    StatementId: 's3',
    Action: 'lambda:InvokeFunction',
    Principal: 's3.amazonaws.com',
    ...more,
  });
const config = (more: object) =>
  api.putFunctionEventInvokeConfig({ FunctionName: 'fn', MaximumRetryAttempts: 1, ...more });
const destination = (Destination: string) => config({ DestinationConfig: { OnSuccess: { Destination } } });
const mapping = (more: object) => api.createEventSourceMapping({ FunctionName: 'fn', ...more });
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:queue`;
const STREAM = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/t/stream/s`;
const kafka = (more: object = {}, ...brokers: string[]) =>
  mapping({
    Topics: ['topic'],
    SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: brokers } },
    SourceAccessConfigurations: [
      { Type: 'BASIC_AUTH', URI: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:kafka` },
    ],
    ...more,
  });
const NONE = { FunctionName: 'doesnotexist' };

/** What provokes each recorded answer. */
const CASES: Record<string, () => Promise<unknown>> = {
  function_arn_other_account_exc: () =>
    creation({ FunctionName: `arn:aws:lambda:${REGION}:222222222222:function:made` }),
  reserved_lower_than_provisioned_exc: async () => {
    const FunctionName = await fresh();
    await provision(FunctionName, '1', 2);
    return api.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 1 });
  },
  target_version_exc_version_latest: () => aliasing({ FunctionVersion: '$LATEST', ...weights({ 1: 0.5 }) }),
  'match_exception (delete)': () =>
    api.deleteFunction({ FunctionName: arn('some-function', '$LATEST'), Qualifier: '$LATEST' }),
  match_exception: () => api.getFunction({ FunctionName: arn('some-function', '$LATEST'), Qualifier: '$LATEST' }),
  long_function_name_exc: () => creation({ FunctionName: 'a'.repeat(65) }),
  no_starting_position: () => mapping({ EventSourceArn: STREAM }),
  publish_wrong_sha256_exc: () => api.publishVersion({ FunctionName: 'fn', CodeSha256: 'somenonexistentsha256' }),
  invalid_zip_exc: () => creation({ Code: { ZipFile: Buffer.from('this is no zip file, just a string') } }),
  'create-error-wrong-bucket': () => creation({ Code: { S3Bucket: 'no-such-bucket-here', S3Key: 'a' } }),
  'create-error-wrong-key': async () => {
    await given.world.call('S3', 'CreateBucket', { Bucket: 'artifacts' }, { kind: 'account' });
    return creation({ Code: { S3Bucket: 'artifacts', S3Key: 'none' } });
  },
  create_unknown_params: () => api.createEventSourceMapping({ ...NONE, EventSourceArn: QUEUE }),
  routing_config_exc_sameversion: () => aliasing(weights({ 1: 0.5 })),
  routing_config_exc_toomany: () => aliasing(weights({ 1: 0.8, 2: 0.2 })),
  put_provisioned_latest: () => provision('fn', '$LATEST'),
  reserved_equals_provisioned_another_provisioned_exc: async () => {
    const FunctionName = await fresh();
    await provision(FunctionName, '1', 2);
    await api.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 2 });
    return provision(FunctionName, '1', 3);
  },
  put_provisioned_concurrency_below_unreserved_min_value: () => provision('fn', '1', 950),
  put_provisioned_concurrency_account_limit_exceeded: () => provision('fn', '1', 1_001),
  put_function_concurrency_account_limit_exceeded: () =>
    api.putFunctionConcurrency({ FunctionName: 'fn', ReservedConcurrentExecutions: 1_001 }),
  put_alias_qualifiedarn_qualifierconflict: () => config({ FunctionName: arn('fn', 'live'), Qualifier: 'other' }),
  put_destination_lambda_doesntexist: () => destination(arn('doesnotexist')),
  delete_provisioned_latest: () => api.deleteProvisionedConcurrencyConfig({ FunctionName: 'fn', Qualifier: '$LATEST' }),
  put_destination_invalid_service_arn: () => destination(arn('fn').replace(':lambda:', ':iam:')),
  add_permission_principal_invalid: () => permission({ Principal: 'invalid.nonaws.com' }),
  put_function_concurrency_with_qualified_arn: () =>
    api.putFunctionConcurrency({ FunctionName: arn('fn', '$LATEST'), ReservedConcurrentExecutions: 0 }),
  create_no_event_source_arn: () => mapping({}),
  destination_config_failure: () =>
    mapping({ EventSourceArn: QUEUE, DestinationConfig: { OnFailure: { Destination: QUEUE } } }),
  incompatible_starting_position: () => mapping({ EventSourceArn: STREAM, StartingPosition: 'AT_TIMESTAMP' }),
  uppercase_runtime_exc: () => creation({ Runtime: 'PYTHON3.9' }),
  invalid_runtime_exc: () => creation({ Runtime: 'non-existent-runtime' }),
  add_permission_fn_qualifier_latest: () => permission({ FunctionName: 'fn:$LATEST', Qualifier: '$LATEST' }),
  put_destination_recursive: () => destination(arn('fn')),
  put_functionname_nootherargs: () => api.putFunctionEventInvokeConfig(NONE),
  add_permission_revision_id_doesnotmatch: () => api.publishVersion({ FunctionName: 'fn', RevisionId: 'wrong' }),
  add_permission_alias_revision_exception: () => permission({ Qualifier: 'live', RevisionId: 'wrong' }),
  provisioned_concurrency_notfound: () => api.getProvisionedConcurrencyConfig({ FunctionName: 'fn', Qualifier: '1' }),
  routing_config_exc_already_exist: async () => {
    await aliasing({ ...weights({ 2: 0.5 }) });
    return aliasing({ ...weights({ 2: 0.5 }) });
  },
  put_provisioned_on_alias_versionconflict: async () => {
    const name = await fresh();
    await provision(name, '1');
    return provision(name, 'live');
  },
  failed_duplication: async () => {
    const FunctionName = await fresh();
    await api.createFunctionUrlConfig({ FunctionName, AuthType: 'NONE' });
    return api.createFunctionUrlConfig({ FunctionName, AuthType: 'NONE' });
  },
  'update-during-in-progress-update-exc': async () => {
    const FunctionName = await fresh();
    await api.updateFunctionConfiguration({ FunctionName, Description: 'a' });
    return api.updateFunctionConfiguration({ FunctionName, Description: 'b' });
  },
  add_permission_conflicting_statement_id: async () => {
    const FunctionName = await fresh();
    await permission({ FunctionName });
    return permission({ FunctionName });
  },
  put_provisioned_on_version_conflict: async () => {
    const name = await fresh();
    await provision(name, 'live');
    return provision(name, '1');
  },
  update_alias_response: () => api.updateAlias({ FunctionName: 'fn', Name: 'non-existent' }),
  get_provisioned_alias_postaliasdelete: async () => {
    const FunctionName = await fresh();
    await provision(FunctionName, 'live');
    await api.deleteAlias({ FunctionName, Name: 'live' });
    return api.getProvisionedConcurrencyConfig({ FunctionName, Qualifier: 'live' });
  },
  put_provisioned_qualifier_doesnotexist: () => provision('fn', 'doesnotexist'),
  delete_provisioned_qualifier_doesnotexist: () =>
    api.deleteProvisionedConcurrencyConfig({ FunctionName: 'fn', Qualifier: 'noalias' }),
  alias_does_not_exist_esc: () => api.getAlias({ FunctionName: 'fn', Name: 'non-existent' }),
  add_permission_fn_alias_doesnotexist: () => permission({ FunctionName: 'fn:alias-doesnotexist' }),
  get_provisioned_functionname_doesnotexist: () =>
    api.getProvisionedConcurrencyConfig({ ...NONE, Qualifier: 'noalias' }),
  create_function_url_config_arn_doesnotexist: () => api.createFunctionUrlConfig({ ...NONE, AuthType: 'NONE' }),
  delete_function_response_non_existent: () => api.deleteFunction({ FunctionName: 'gone', Qualifier: '1233' }),
  version_not_found_exception: () => api.getFunction({ FunctionName: 'fn', Qualifier: '1221' }),
  'version_not_found_exception (event invoke config)': () =>
    api.getFunctionEventInvokeConfig({ FunctionName: 'fn', Qualifier: '1221' }),
  delete_postdelete: async () => {
    const FunctionName = await fresh();
    await api.deleteFunction({ FunctionName });
    return api.deleteFunction({ FunctionName });
  },
  routing_config_exc_fn_doesnotexist: () => aliasing({ FunctionName: 'fn-unknown', ...weights({ 2: 0.5 }) }),
  routing_config_exc_version_doesnotexist: () => aliasing({ Name: 'other', ...weights({ 10: 0.5 }) }),
  get_function_alias_byarn_notfound_exc: () => api.getFunction({ FunctionName: arn('fn', 'aliasdoesnotexist') }),
  invocation_exc_not_existent: () => api.invoke({ FunctionName: 'fn', Qualifier: 'non-existent-alias' }),
  add_permission_fn_version_doesnotexist: () => permission({ Qualifier: '42' }),
  add_permission_fn_qualifier_valid_doesnotexist: () => permission({ Qualifier: 'valid-with-$-but-doesnotexist' }),
  not_found_exception: () => api.getFunction({ FunctionName: 'i-dont-exist' }),
  'not_found_exception (event invoke config)': () => api.getFunctionEventInvokeConfig({ FunctionName: 'i-dont-exist' }),
  add_permission_fn_doesnotexist: () => permission(NONE),
  put_function_concurrency_with_function_name_doesnotexist: () =>
    api.putFunctionConcurrency({ ...NONE, ReservedConcurrentExecutions: 1 }),
  delete_provisioned_functionname_doesnotexist: () =>
    api.deleteProvisionedConcurrencyConfig({ ...NONE, Qualifier: '1' }),
  wrong_region_exception: () => api.getFunction({ FunctionName: `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:fn` }),
  function_arn_other_region_exc: () =>
    creation({ FunctionName: `arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:made` }),
  remove_permission_fn_doesnotexist: () => api.removePermission({ ...NONE, StatementId: 's3' }),
  remove_permission_policy_doesnotexist: () => api.removePermission({ FunctionName: 'other', StatementId: 's3' }),
  remove_permission_exception_nonexisting_sid: async () => {
    const FunctionName = await fresh();
    await permission({ FunctionName });
    return api.removePermission({ FunctionName, StatementId: 'non-existent' });
  },
  delete_function_not_found: () => api.deleteFunctionEventInvokeConfig({ FunctionName: 'other' }),
  get_invokeconfig_postpublish: () => api.getFunctionEventInvokeConfig({ FunctionName: 'fn', Qualifier: '1' }),
  get_qualifier_doesnotexist: () => api.getFunctionEventInvokeConfig({ FunctionName: 'fn', Qualifier: 'doesnotexist' }),
  get_eventinvokeconfig_doesnotexist: async () => {
    const FunctionName = await fresh();
    await api.createAlias({ FunctionName, Name: 'eventinvokealias', FunctionVersion: '1' });
    return api.getFunctionEventInvokeConfig({ FunctionName: arn(FunctionName, 'eventinvokealias') });
  },
  delete_function_doesnotexist: () => api.deleteFunctionEventInvokeConfig(NONE),
  list_function_doesnotexist: () => api.listFunctionEventInvokeConfigs(NONE),
  delete_unknown_uuid: () => api.deleteEventSourceMapping({ UUID: '01234567-89ab-cdef-0123-456789abcdef' }),
  exc_no_cap_requestresponse: async () => {
    const FunctionName = await fresh();
    await api.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 0 });
    return api.invoke({ FunctionName });
  },
  create_function_url_config_qualifier_latest: () =>
    api.createFunctionUrlConfig({ FunctionName: 'fn', Qualifier: '$LATEST', AuthType: 'NONE' }),
  put_provisioned_invalid_param_0: () => provision('fn', '1', 0),
  create_function_url_config_name_doesnotexist_qualifier: () =>
    api.createFunctionUrlConfig({ ...NONE, Qualifier: '1', AuthType: 'NONE' }),
  create_function_url_config_qualifier_version_doesnotexist: () =>
    api.createFunctionUrlConfig({ FunctionName: 'fn', Qualifier: '2', AuthType: 'NONE' }),
  create_alias_number_exception: () => aliasing({ Name: '2024' }),
  uppercase_architecture: () => creation({ Architectures: ['X86_64'] }),
  multiple_architectures: () => creation({ Architectures: ['x86_64', 'arm64'] }),
  put_destination_invalid_arn_pattern: () =>
    config({
      DestinationConfig: { OnFailure: { Destination: arn('fn').replace(':lambda:', ':_-/!lambda:') } },
    }),
  long_function_arn_exc: () => creation({ FunctionName: arn('a'.repeat(120)) }),
  invoke_function_name_pattern_exc: () =>
    api.invoke({ FunctionName: `arn:aws:lambda:${REGION}:123400000000@function:myfn` }),
  add_permission_invalid_statement_id: () => permission({ StatementId: 'example.com' }),
  list_functions_invalid_functionversion: () => api.listFunctions({ FunctionVersion: 'invalid' as 'ALL' }),
  invalid_starting_position: () => mapping({ EventSourceArn: STREAM, StartingPosition: 'invalid' }),
  add_permission_fn_qualifier_invalid: () => permission({ Qualifier: 'invalid-qualifier-with-?-char' }),
  invalid_function_name_exc: () => creation({ FunctionName: 'invalid:function:name' }),
  invalid_role_arn_exc: () => creation({ Role: 'r1' }),
  routing_config_exc_version_latest: () => aliasing(weights({ $LATEST: 0.5 })),
  routing_config_exc_subzero: () => aliasing(weights({ 2: -1 })),
  routing_config_exc_toohigh: () => aliasing(weights({ 2: 2 })),
  'create-response-non-existent-security-group': () => creation({ VpcConfig: { SecurityGroupIds: ['sg-12345'] } }),
  'create-response-non-existent-subnet-id': () => creation({ VpcConfig: { SubnetIds: ['subnet-12345'] } }),
  'create-response-invalid-format-security-group': () => creation({ VpcConfig: { SecurityGroupIds: ['bad-group'] } }),
  'create-response-invalid-format-subnet-id': () => creation({ VpcConfig: { SubnetIds: ['bad-subnet'] } }),
  'missing-source-access-configuration': () => kafka({ SourceAccessConfigurations: undefined }, 'kafka:1000'),
  'duplicate-source': async () => {
    await kafka({}, 'kafka:1000');
    return kafka({}, 'kafka:1000');
  },
  'multiple-duplicate-source': async () => {
    await kafka({}, 'kafka:1000', 'kafka:2000');
    return kafka({}, 'kafka:1000', 'kafka:2000');
  },
};

const recorded = recordedErrors();

describe.skipIf(!recorded)(
  'error answers recorded from AWS (skipped where the recordings are not beside the repository)',
  () => {
    const all = recorded ?? [];
    const supported = all.filter((entry) => !(nameOf(entry, all) in LEFT_OUT));

    it.each(supported.map((entry) => ({ name: nameOf(entry, all), entry })))('$name', async ({ name, entry }) => {
      const provoke = CASES[name];
      if (!provoke) throw new Error(`expected a case that provokes ${name}: ${entry.message}`);
      const error = await provoke().then(
        () => undefined,
        (cause: unknown) => cause as Error & { $metadata: { httpStatusCode: number } },
      );
      expect(error).toBeDefined();
      expect({ code: error?.name, status: error?.$metadata.httpStatusCode }).toEqual({
        code: entry.code,
        status: entry.status,
      });
      // An error without words gets some from the client.
      if (entry.message) expect(error?.message).toMatch(messagePattern(entry.message, REGION));
    });

    it('leaves out only what it says, each with its reason', () => {
      const names = all.map((entry) => nameOf(entry, all));
      expect(new Set(names).size).toBe(all.length);
      expect(Object.keys(LEFT_OUT).filter((name) => !names.includes(name))).toEqual([]);
      expect(Object.keys(CASES).filter((name) => !names.includes(name))).toEqual([]);
      console.log(`recorded Lambda errors: ${supported.length} of ${all.length} reproduced, left out:`, LEFT_OUT);
    });
  },
);
