/** A function as other resources name it: by name, ARN or qualified ARN, taken apart. */
export interface FunctionReference {
  /** Name or ARN, without the qualifier. */
  readonly FunctionName: string;
  /** Version or alias, when the reference has one. */
  readonly Qualifier?: string;
}

/** Takes the qualifier off a function's name or ARN, as the operations on a qualifier want it. */
export function functionReference(nameOrArn: string | undefined): FunctionReference {
  const text = nameOrArn ?? '';
  const parts = text.split(':');
  const qualifiedAt = text.startsWith('arn:') ? 7 : 1;
  const Qualifier = parts[qualifiedAt];
  return Qualifier === undefined
    ? { FunctionName: text }
    : { FunctionName: parts.slice(0, qualifiedAt).join(':'), Qualifier };
}
