const KINDS = [
  { kind: 'state machine', arn: /^arn:aws[\w-]*:states:[^:]*:[^:]*:stateMachine:.+$/u },
  { kind: 'function', arn: /^arn:aws[\w-]*:lambda:[^:]*:[^:]*:function:.+$/u },
  { kind: 'queue', arn: /^arn:aws[\w-]*:sqs:[^:]*:[^:]*:.+$/u },
  { kind: 'topic', arn: /^arn:aws[\w-]*:sns:[^:]*:[^:]*:.+$/u },
  { kind: 'log group', arn: /^arn:aws[\w-]*:logs:[^:]*:[^:]*:log-group:.+$/u },
] as const;

/** What kinds of resources a rule of the sandbox can deliver to. */
export type TargetKind = (typeof KINDS)[number]['kind'];

/** The kind of resource behind an ARN; `undefined` when the sandbox cannot deliver to it. */
export function targetKind(arn: string): TargetKind | undefined {
  return KINDS.find((each) => each.arn.test(arn))?.kind;
}
