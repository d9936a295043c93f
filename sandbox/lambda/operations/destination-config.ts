import type { DestinationConfig } from '@aws-sdk/client-lambda';
import { Constraints } from '../constraints.ts';
import { invalidParameter, unsupported } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { Target } from '../names.ts';
import { functionArn, targetOf } from '../names.ts';

const ARN =
  '$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:' +
  '((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)';

/**
 * The rules about where asynchronous events may end.
 * @throws {AwsError} ValidationException for the form, InvalidParameterValueException for the target.
 */
export function checkDestinations(lambda: Lambda, source: Target, config: DestinationConfig | undefined): void {
  const success = config?.OnSuccess?.Destination;
  const failure = config?.OnFailure?.Destination;
  new Constraints()
    .pattern('destinationConfig.onSuccess.destination', success, ARN)
    .pattern('destinationConfig.onFailure.destination', failure, ARN)
    .throwIfAny();
  for (const arn of [success, failure]) if (arn) checkDestination(lambda, source, arn, config);
}

function checkDestination(lambda: Lambda, source: Target, arn: string, config: DestinationConfig | undefined): void {
  const service = arn.split(':')[2];
  if (service === 's3' || arn.startsWith('kafka://'))
    throw unsupported(`${service ?? ''} destinations of Lambda (${arn})`);
  if (service === 'lambda') return checkFunction(lambda, source, arn);
  if (service !== 'sqs' && service !== 'sns' && service !== 'events')
    throw invalidParameter(`The provided destination config ${shown(config)} is invalid.`);
}

function checkFunction(lambda: Lambda, source: Target, arn: string): void {
  const target = targetOf({ FunctionName: arn }, lambda.world);
  if (target.name === source.name)
    throw invalidParameter("You can't specify the function as a destination for itself.");
  if (!lambda.state.find(target))
    throw invalidParameter(
      `The destination ARN ${functionArn(lambda.world, target.name, target.qualifier)} is invalid.`,
    );
}

function shown(config: DestinationConfig | undefined): string {
  const success = config?.OnSuccess && `OnSuccess(destination=${config.OnSuccess.Destination ?? 'null'})`;
  const failure = config?.OnFailure && `OnFailure(destination=${config.OnFailure.Destination ?? 'null'})`;
  return `DestinationConfig(onSuccess=${success ?? 'null'}, onFailure=${failure ?? 'null'})`;
}
