import type {
  FunctionConfiguration,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import type { Call, Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { acceptCode, storeCode } from '../code.ts';
import { updatedConfiguration } from '../configuration.ts';
import { describeVersion } from '../describe.ts';
import { invalidParameter, unsupported } from '../errors.ts';
import { assertRevision, assertSettled } from '../guards.ts';
import type { Lambda } from '../lambda.ts';
import type { VersionRecord } from '../model.ts';
import { functionArn, functionNeed, targetOf } from '../names.ts';
import { assertAssumable, passRole } from './create-function.ts';
import { publish } from './publish-version.ts';

/** UpdateFunctionCode and UpdateFunctionConfiguration. */
export function updateFunctionOperations(lambda: Lambda): Record<string, Operation> {
  return {
    UpdateFunctionCode: operation<UpdateFunctionCodeRequest, FunctionConfiguration>({
      needs: (input, world) => [functionNeed(world, 'UpdateFunctionCode', targetOf(input, world, 'strict'))],
      handle: (input, call) => updateCode(lambda, input, call),
      differs: 'zip packages only',
    }),
    UpdateFunctionConfiguration: operation<UpdateFunctionConfigurationRequest, FunctionConfiguration>({
      needs: (input, world) => [
        functionNeed(world, 'UpdateFunctionConfiguration', targetOf(input, world, 'strict')),
        ...(input.Role ? [passRole(input.Role)] : []),
      ],
      handle: (input) => updateConfiguration(lambda, input),
      differs: 'layers, file systems and SnapStart are refused; no subnet or security group exists',
    }),
  };
}

async function updateCode(
  lambda: Lambda,
  input: UpdateFunctionCodeRequest,
  call: Call,
): Promise<FunctionConfiguration> {
  const { world, state } = lambda;
  if (input.PublishTo) throw unsupported('Lambda $LATEST.PUBLISHED (PublishTo)');
  const before = latestFor(lambda, input);
  assertRevision(before, input.RevisionId);
  assertSettled(before, functionArn(world, before.functionName));
  const code = await acceptCode(input, call);
  const latest = state.latestOf(before.functionName);
  assertRevision(latest, input.RevisionId);
  assertSettled(latest, functionArn(world, latest.functionName));
  const Architectures = input.Architectures ?? latest.configuration.Architectures;
  const changed: VersionRecord = {
    ...latest,
    codeSha256: code.codeSha256,
    codeSize: code.codeSize,
    configuration: { ...latest.configuration, Architectures },
  };
  if (input.DryRun) return describeVersion(world, changed, undefined);
  storeCode(state, code);
  const updating = startUpdate(lambda, latest, changed);
  const published = input.Publish ? publish(lambda, updating, {}) : undefined;
  return describeVersion(world, published ?? updating, published?.version);
}

function updateConfiguration(lambda: Lambda, input: UpdateFunctionConfigurationRequest): FunctionConfiguration {
  const { world } = lambda;
  const latest = latestFor(lambda, input);
  const configuration = updatedConfiguration(latest.functionName, latest.configuration, input);
  assertRevision(latest, input.RevisionId);
  assertSettled(latest, functionArn(world, latest.functionName));
  if (input.Role) assertAssumable(lambda, input.Role, latest.functionName);
  const description = input.Description ?? latest.description;
  const updating = startUpdate(lambda, latest, { ...latest, configuration, description });
  return describeVersion(world, updating, undefined);
}

function latestFor(lambda: Lambda, input: { FunctionName?: string | undefined }): VersionRecord {
  const { name, qualifier } = targetOf(input, lambda.world, 'strict');
  if (qualifier !== undefined && qualifier !== '$LATEST')
    throw invalidParameter(
      'This operation does not support versions or aliases: name the function without a qualifier.',
    );
  lambda.state.functionOf(name);
  return lambda.state.latestOf(name);
}

/** Until the update ends, invocations keep running what `$LATEST` was before. */
function startUpdate(lambda: Lambda, before: VersionRecord, changed: VersionRecord): VersionRecord {
  const { world, settings, lifecycle } = lambda;
  const { codeSha256, codeSize, configuration } = before.serving ?? before;
  const updating: VersionRecord = {
    ...changed,
    serving: { codeSha256, codeSize, configuration },
    revisionId: world.random.uuid(),
    lastModified: world.clock.now(),
    lastUpdateStatus: 'InProgress',
    lastUpdateReason: 'The function is being created.',
    lastUpdateReasonCode: 'Creating',
  };
  return lifecycle.begin(updating, 'update', settings.updateDelayMs);
}
