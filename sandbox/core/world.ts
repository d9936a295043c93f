import type { Clock } from './clock.ts';
import type { Storage } from './collection.ts';
import type { Random } from './random.ts';
import type { Call, Need, Principal, Service, ServiceId } from './service.ts';

/** A metric observation as an AWS service emits it. */
export interface Datum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit?: string;
  /** Sandbox milliseconds; for Lambda the start of the invocation. */
  readonly at: number;
}

/** An event that an AWS service puts on the default bus. The bus adds version, id, account, region where absent. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources?: readonly string[];
  /** Sandbox milliseconds; now when absent. */
  readonly at?: number;
}

/** What services offer one another beside their public operations. Filled in by the services at construction. */
export interface Channels {
  /** CloudWatch: takes a datum; synchronous and cheap, for the hot path. */
  metric(datum: Datum): void;
  /** EventBridge: takes an event for the default bus; delivery is asynchronous and at least once. */
  publish(event: BusEvent): void;
  /** CloudWatch Logs: appends one message. */
  log(group: string, stream: string, message: string, at: number): void;
}

/** A call as observers see it, after it ended. */
export interface CallRecord {
  readonly service: ServiceId;
  readonly operation: string;
  readonly input: unknown;
  readonly principal: Principal;
  readonly at: number;
  /** Needs that were checked for it. */
  readonly needs: readonly Need[];
  /** Error code, when it failed. */
  readonly error?: string;
}

/** A fault decides about a call before and after its effect; see `sandbox/faults`. */
export interface FaultHook {
  before(service: ServiceId, operation: string, input: unknown, principal: Principal): void | Promise<void>;
  after(service: ServiceId, operation: string, input: unknown, principal: Principal): void | Promise<void>;
}

/** Decides whether a principal may do something; throws `AwsError` when not. Implemented by `sandbox/iam`. */
export interface Authorizer {
  check(principal: Principal, need: Need, service: ServiceId, operation: string): void;
  /** Who signs with this access key; keys that belong to no role are the account's administrator. */
  principalOf(accessKeyId: string | undefined): Principal;
  /** Credentials for a role session, as Lambda hands them to a function. */
  credentialsFor(
    roleArn: string,
    sessionName: string,
  ): { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  /**
   * Lets `by` (a service principal, or an identity) take on a role, and answers the role's principal.
   * Throws `AwsError` AccessDenied when the role does not exist or its trust policy does not let `by` in.
   */
  assumeRole(roleArn: string, sessionName: string, by: Principal): Principal & { readonly kind: 'role' };
  /** ARN and unique id of a principal, as `GetCallerIdentity` shows them; a service's name stands for both. */
  describe(principal: Principal): { readonly arn: string; readonly userId: string };
}

/** All that services share. One world is one account in one Region. */
export interface World {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
  readonly channels: Channels;
  readonly authorizer: Authorizer;
  /** Base URL of the running endpoint, `''` when there is no HTTP server. */
  endpoint: string;
  service(id: ServiceId): Service;
  services(): readonly Service[];
  /**
   * Calls an operation inside the sandbox exactly as a client would: authorised, observed, subject to faults.
   * Input and output have the SDK's shapes. Throws `AwsError`.
   */
  call<O = unknown>(
    service: ServiceId,
    operation: string,
    input: object,
    principal: Principal,
    extra?: Partial<Call>,
  ): Promise<O>;
  /** Registers a listener for finished calls; returns its removal. */
  observe(listener: (record: CallRecord) => void): () => void;
  /** Installs what lets calls in or throws `AwsError`, before anything else happens to them (`undefined` removes it). */
  setAdmission(admit: ((service: ServiceId, operation: string) => void) | undefined): void;
  /** Installs the fault hook (one at a time; `undefined` removes it). */
  setFaults(hook: FaultHook | undefined): void;
}
