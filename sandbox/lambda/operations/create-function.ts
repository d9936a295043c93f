import type { CreateFunctionRequest, FunctionConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '../../core/aws-error.ts';
import type { Call, Need, Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { acceptCode, storeCode } from '../code.ts';
import { newConfiguration } from '../configuration.ts';
import { describeVersion } from '../describe.ts';
import { conflict, invalidParameter } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { VersionRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import { functionNeed, targetOf } from '../names.ts';
import { assumeFunctionRole } from '../runner/role.ts';
import { publish } from './publish-version.ts';
import { checkTags } from './tags.ts';

/** CreateFunction. */
export function createFunctionOperation(lambda: Lambda): Operation {
  return operation<CreateFunctionRequest, FunctionConfiguration>({
    needs: (input, world) => [
      functionNeed(world, 'CreateFunction', targetOf(input, world, 'strict')),
      ...(input.Role ? [passRole(input.Role)] : []),
    ],
    handle: (input, call) => createFunction(lambda, input, call),
    differs:
      'zip packages only: container images, layers, file systems, code signing and SnapStart are refused; no subnet or security group exists',
  });
}

/** What handing a role to Lambda needs. */
export function passRole(role: string): Need {
  return { action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
}

/** @throws {AwsError} InvalidParameterValueException when Lambda cannot assume the role. */
export function assertAssumable(lambda: Lambda, role: string, name: string): void {
  try {
    assumeFunctionRole(lambda.world, role, name);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
  }
}

async function createFunction(
  lambda: Lambda,
  input: CreateFunctionRequest,
  call: Call,
): Promise<FunctionConfiguration> {
  const { world, state } = lambda;
  const { name } = targetOf(input, world, 'strict');
  const configuration = newConfiguration(name, input);
  checkTags(input.Tags);
  assertAssumable(lambda, configuration.Role, name);
  const code = await acceptCode(input.Code ?? {}, call);
  if (state.functions.has(name)) throw conflict(`Function already exist: ${name}`);
  storeCode(state, code);
  state.functions.put(name, { name, versions: [], lastVersion: 0, tags: { ...input.Tags } });
  const latest: VersionRecord = {
    functionName: name,
    version: LATEST,
    codeSha256: code.codeSha256,
    codeSize: code.codeSize,
    configuration,
    description: input.Description ?? '',
    revisionId: world.random.uuid(),
    lastModified: world.clock.now(),
    state: 'Pending',
    stateReason: 'The function is being created.',
    stateReasonCode: 'Creating',
  };
  const created = lambda.lifecycle.begin(latest, 'create', lambda.settings.createDelayMs);
  const shown = input.Publish ? publish(lambda, created, {}) : created;
  return describeVersion(world, shown, undefined);
}
