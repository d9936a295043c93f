import type { ParameterTier, PutParameterRequest, PutParameterResult } from '@aws-sdk/client-ssm';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Operation } from '../core/service.ts';
import type { Parameter, ParameterVersion } from './model.ts';
import { publishChange } from './parameter-events.ts';
import { invalid, newest, parameterNeed, selectorOf, type SsmState } from './state.ts';

/** Longest value in bytes: 4 KB, or 8 KB in the advanced tier. */
const VALUE_LIMIT = { Standard: 4096, Advanced: 8192 } as const;
/** Versions that are kept. */
const HISTORY_LIMIT = 100;

export function putParameterOperation(state: SsmState): Operation {
  return operation<PutParameterRequest, PutParameterResult>({
    needs: (input) => [
      parameterNeed(state, 'PutParameter', input.Name, { 'ssm:Overwrite': String(input.Overwrite ?? false) }),
      ...(input.Tags?.length ? [parameterNeed(state, 'AddTagsToResource', input.Name)] : []),
    ],
    handle: (input, call) => putParameter(state, input, call),
    differs: 'a SecureString is stored as it is: there is no KMS',
  });
}

function putParameter(state: SsmState, input: PutParameterRequest, call: Call): PutParameterResult {
  const { name } = selectorOf(state, input.Name ?? '');
  checkName(name);
  if (input.Policies) throw invalid('the sandbox does not support Policies of SSM parameters');
  const existing = state.parameters.get(name);
  if (existing && !input.Overwrite) throw alreadyExists();
  if (input.Overwrite && input.Tags?.length) throw tagsAndOverwrite();
  const version = nextVersion(state, input, existing, call);
  const versions = [...(existing?.versions ?? []), version].slice(-HISTORY_LIMIT);
  const parameter = { name, versions, tags: existing?.tags ?? input.Tags ?? [] };
  state.parameters.put(name, parameter);
  publishChange(state, parameter, existing ? 'Update' : 'Create');
  return { Version: version.version, Tier: version.tier };
}

function nextVersion(
  state: SsmState,
  input: PutParameterRequest,
  existing: Parameter | undefined,
  call: Call,
): ParameterVersion {
  const before = existing && newest(existing);
  const type = input.Type ?? before?.type;
  if (!type) throw invalid('A parameter type is required when you create a parameter.');
  if (before && before.type !== type) throw typeChange();
  const value = input.Value ?? '';
  checkPattern(value, input.AllowedPattern);
  if (type === 'StringList' && value.split(',').some((part) => part === ''))
    throw invalid('Parameter value for StringList cannot have empty members.');
  return {
    version: (before?.version ?? 0) + 1,
    value,
    type,
    tier: tierOf(input, before),
    dataType: dataTypeOf(input),
    modified: new Date(state.world.clock.now()),
    user: state.world.authorizer.describe(call.principal).arn,
    description: input.Description ?? before?.description,
    ...(type === 'SecureString' && { keyId: input.KeyId ?? before?.keyId ?? 'alias/aws/ssm' }),
    allowedPattern: input.AllowedPattern,
  };
}

function tierOf(input: PutParameterRequest, before: ParameterVersion | undefined): ParameterTier {
  const size = Buffer.byteLength(input.Value ?? '');
  if (size === 0)
    throw invalid(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  const asked = input.Tier ?? before?.tier ?? 'Standard';
  if (asked === 'Standard' && before?.tier === 'Advanced')
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  const large = size > VALUE_LIMIT.Standard;
  const tier =
    asked === 'Intelligent-Tiering' ? (large || before?.tier === 'Advanced' ? 'Advanced' : 'Standard') : asked;
  if (size <= VALUE_LIMIT[tier]) return tier;
  throw tier === 'Advanced'
    ? invalid('Advanced tier parameters support a maximum parameter value of 8192 characters.')
    : invalid(
        'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
      );
}

function dataTypeOf(input: PutParameterRequest): string {
  const dataType = input.DataType ?? 'text';
  if (dataType === 'text') return dataType;
  throw invalid(`the sandbox does not support the data type ${dataType} of SSM parameters, only text`);
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
function checkName(name: string): void {
  if (name.includes('/') && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  const wellFormed = /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/.test(name) && name.length <= 1011;
  if (!wellFormed || /^\/?(aws|ssm)/i.test(name))
    throw invalid(
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (name.split('/').length - 1 <= 15) return;
  const message = 'A hierarchy can have a maximum of 15 levels. The specified hierarchy exceeds this limit.';
  throw new AwsError('HierarchyLevelLimitExceededException', message, { status: 400 });
}

function checkPattern(value: string, pattern: string | undefined): void {
  if (pattern === undefined || patternOf(pattern).test(value)) return;
  const message = `Parameter value, cannot be validated against allowedPattern: ${pattern}`;
  throw new AwsError('ParameterPatternMismatchException', message, { status: 400 });
}

function patternOf(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    throw new AwsError(
      'InvalidAllowedPatternException',
      'The request does not meet the regular expression requirement.',
      { status: 400 },
    );
  }
}

function alreadyExists(): AwsError {
  const message =
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
  return new AwsError('ParameterAlreadyExists', message, { status: 400 });
}

function tagsAndOverwrite(): AwsError {
  return invalid(
    "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
  );
}

function typeChange(): AwsError {
  const message =
    "Parameter Store doesn't support changing a parameter type in a hierarchy. You must create a new, unique parameter.";
  return new AwsError('HierarchyTypeMismatchException', message, { status: 400 });
}
