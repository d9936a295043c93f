import type { World } from './world.ts';

/** Services that the sandbox plays, by the SDK's service id. */
export type ServiceId =
  | 'Lambda'
  | 'SFN'
  | 'S3'
  | 'EventBridge'
  | 'CloudWatch'
  | 'CloudWatch Logs'
  | 'DynamoDB'
  | 'SNS'
  | 'SQS'
  | 'SSM'
  | 'Secrets Manager'
  | 'STS'
  | 'IAM'
  | 'CloudFormation';

/** Who makes a call. `account` is the administrator; `service` is AWS itself acting on behalf of a resource. */
export type Principal =
  | { readonly kind: 'account' }
  | { readonly kind: 'role'; readonly roleName: string; readonly sessionName: string }
  | { readonly kind: 'service'; readonly service: string; readonly sourceArn?: string };

/** One thing the caller must be allowed to do: checked against the role's policies before the operation runs. */
export interface Need {
  /** IAM action, e.g. `lambda:UpdateAlias`. */
  readonly action: string;
  /** ARN of the resource, or `*` for actions that have none. */
  readonly resource: string;
  /** Condition keys of this request, e.g. `{ 'lambda:FunctionArn': arn }`. Global keys (`aws:SourceArn`, …) are added. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Resource policy document that may also allow (or deny) it: a bucket's, a function's, a queue's, a topic's. */
  readonly resourcePolicy?: PolicyDocument | undefined;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | boolean | number | readonly string[]>>>
  >;
}

/** Where a call comes from; handed to every operation. */
export interface Call {
  readonly world: World;
  readonly principal: Principal;
  readonly requestId: string;
  /** HTTP request headers in lower case; empty for calls made inside the sandbox. */
  readonly headers: Readonly<Record<string, string>>;
  /** Endpoint as the client addressed it (`http://127.0.0.1:4566`), for answers that contain URLs. */
  readonly endpoint: string;
  /** Checks a further need that becomes known only inside the operation. Throws `AwsError` AccessDenied. */
  authorize(need: Need): void;
}

/** One supported operation of a service. */
export interface Operation {
  /** What the caller needs; all must be granted. */
  needs(input: never, world: World): readonly Need[];
  handle(input: never, call: Call): unknown;
  /** How it differs from AWS, in one sentence; absent means "as AWS" for everything the pipeline and its checks use. */
  readonly differs?: string | undefined;
}

/** Declares an operation with the SDK's own input and output types. */
export function operation<I, O>(spec: {
  needs: (input: I, world: World) => readonly Need[];
  handle: (input: I, call: Call) => O | Promise<O>;
  differs?: string;
}): Operation {
  return spec;
}

export interface Service {
  readonly id: ServiceId;
  /** The SDK client package, imported on first use: its schemas drive the wire. */
  readonly sdk: () => Promise<object>;
  /** By operation name, e.g. `UpdateAlias`. Anything not here is refused by name. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** Re-arms timers from stored state; called once, after all services exist. */
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
}
