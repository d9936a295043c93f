import { AwsError } from '../core/aws-error.ts';

/** Parameters that do not fit CloudWatch's rules. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message, { status: 400 });
}

/** A parameter whose value is out of its range. */
export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { status: 400 });
}

/** Parameters that exclude one another. */
export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombinationException', message, { status: 400 });
}

/** A parameter that is needed and not there. */
export function missingParameter(name: string): AwsError {
  return new AwsError('MissingRequiredParameterException', `The parameter ${name} is required.`, { status: 400 });
}

/** A feature of CloudWatch that the sandbox does not play. */
export function unsupported(feature: string): AwsError {
  return validationError(`the sandbox does not support ${feature}; sandbox/SUPPORT.md lists what it supports`);
}
