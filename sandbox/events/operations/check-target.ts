import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';
import { isJsonPath } from '../json-path.ts';
import { targetKind } from '../targets/target-kind.ts';
import { isJsonTemplate, replaceVariables } from '../transform-input.ts';
import { validationError } from '../validation-error.ts';

/** Parameters of target kinds that the sandbox does not have. */
const UNSUPPORTED = [
  'KinesisParameters',
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
] as const satisfies readonly (keyof Target)[];

/** @throws AwsError ValidationException when EventBridge would refuse the target, or the sandbox has no such kind. */
export function checkTarget(target: Target): void {
  const arn = target.Arn ?? '';
  if (!/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+/u.test(arn))
    throw validationError(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
  if (!targetKind(arn)) throw validationError(`the sandbox does not support targets like ${arn}`);
  for (const key of UNSUPPORTED)
    if (target[key] !== undefined) throw validationError(`the sandbox does not support ${key} of target ${target.Id}`);
  if (targetKind(arn) === 'state machine' && target.RoleArn === undefined)
    throw validationError(`RoleArn is required for target ${arn}.`);
  checkInput(target);
  checkRetries(target);
}

function checkInput(target: Target): void {
  const given = [target.Input, target.InputPath, target.InputTransformer].filter((each) => each !== undefined);
  if (given.length > 1)
    throw validationError(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
    );
  if (target.Input !== undefined) checkJson(target.Input, target);
  if (target.InputPath !== undefined) checkPath(target.InputPath, target);
  if (target.InputTransformer) checkTransformer(target.InputTransformer, target);
}

function checkJson(text: string, target: Target): void {
  try {
    JSON.parse(text);
  } catch {
    throw validationError(`Invalid Input for target ${target.Id}: the text is not JSON.`);
  }
}

function checkPath(path: string, target: Target): void {
  if (!isJsonPath(path)) throw validationError(`Invalid InputPath for target ${target.Id}.`);
}

function checkTransformer(transformer: InputTransformer, target: Target): void {
  const paths = Object.entries(transformer.InputPathsMap ?? {});
  if (paths.length > 100) throw validationError(`InputPathsMap for target ${target.Id} has more than 100 entries.`);
  for (const [name, path] of paths) {
    if (/^aws/iu.test(name)) throw validationError(`InputPathsMap for target ${target.Id}: ${name} is reserved.`);
    checkPath(path, target);
  }
  const template = transformer.InputTemplate ?? '';
  const known = new Set(paths.map(([name]) => name));
  replaceVariables(template, (name) => {
    if (!known.has(name) && !name.startsWith('aws.events.'))
      throw validationError(`Invalid InputTemplate for target ${target.Id} : Unknown variable <${name}>.`);
    return '';
  });
  if (isJsonTemplate(template)) checkJson(replaceOutsideStrings(template), target);
}

/** The template as it would be with a number for each variable; variables within strings stay text. */
function replaceOutsideStrings(template: string): string {
  const parts = template.split(/("(?:[^"\\]|\\.)*")/u);
  return parts.map((part, i) => (i % 2 === 1 ? part : replaceVariables(part, () => '0'))).join('');
}

function checkRetries(target: Target): void {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = target.RetryPolicy ?? {};
  if (retries !== undefined && (retries < 0 || retries > 185))
    throw validationError(`MaximumRetryAttempts of target ${target.Id} must be between 0 and 185.`);
  if (age !== undefined && (age < 60 || age > 86_400))
    throw validationError(`MaximumEventAgeInSeconds of target ${target.Id} must be between 60 and 86400.`);
}
