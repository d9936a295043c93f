import type {
  Architecture,
  LoggingConfig,
  FunctionUrlConfig,
  EventSourceMappingConfiguration,
  FunctionEventInvokeConfig,
} from '@aws-sdk/client-lambda';
import type { PolicyStatement } from '../core/service.ts';

/** The unpublished version of every function. */
export const LATEST = '$LATEST';

/** What a version freezes besides its code; members have the API's names and shapes. */
export interface Configuration {
  readonly Role: string;
  readonly Handler?: string;
  readonly Runtime?: string;
  /** Seconds. */
  readonly Timeout: number;
  /** Megabytes. */
  readonly MemorySize: number;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly DeadLetterConfig?: { readonly TargetArn: string };
  readonly TracingConfig: { readonly Mode: 'Active' | 'PassThrough' };
  readonly EphemeralStorage: { readonly Size: number };
  readonly Architectures: readonly Architecture[];
  readonly LoggingConfig: LoggingConfig;
  readonly KMSKeyArn?: string;
}

/** Code and configuration together: all that decides how an invocation behaves. */
export interface Deployable {
  /** Base64 SHA-256 of the deployment package; key of the package in the code store. */
  readonly codeSha256: string;
  /** Bytes. */
  readonly codeSize: number;
  readonly configuration: Configuration;
}

/** A change of state that Lambda completes later. */
export interface Transition {
  readonly kind: 'create' | 'update';
  /** Sandbox milliseconds. */
  readonly dueAt: number;
}

/** `$LATEST` or a published version of a function. */
export interface VersionRecord extends Deployable {
  readonly functionName: string;
  readonly version: string;
  readonly description: string;
  readonly revisionId: string;
  /** Sandbox milliseconds. */
  readonly lastModified: number;
  readonly state: 'Pending' | 'Active' | 'Failed';
  readonly stateReason?: string;
  readonly stateReasonCode?: string;
  readonly lastUpdateStatus?: 'InProgress' | 'Successful' | 'Failed';
  readonly lastUpdateReason?: string;
  readonly lastUpdateReasonCode?: string;
  /** What invocations run while an update is in progress, and after it failed. */
  readonly serving?: Deployable;
  readonly transition?: Transition;
}

export interface FunctionRecord {
  readonly name: string;
  /** Published versions that still exist, in order of publication. */
  readonly versions: readonly string[];
  /** The highest version number ever given: numbers are not used twice. */
  readonly lastVersion: number;
  /** What was published last, so that publishing it again makes no new version. */
  readonly lastPublished?: { readonly version: string; readonly fingerprint: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
}

export interface AliasRecord {
  readonly functionName: string;
  readonly name: string;
  readonly functionVersion: string;
  readonly description: string;
  readonly revisionId: string;
  /** Share of invocations, 0 to 1, by additional version; empty when the alias has one version. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The resource policy of a function, a version or an alias. */
export interface PolicyRecord {
  readonly statements: readonly PolicyStatement[];
}

export interface ProvisionedRecord {
  readonly functionName: string;
  readonly qualifier: string;
  readonly requested: number;
  readonly status: 'IN_PROGRESS' | 'READY';
  /** Sandbox milliseconds. */
  readonly lastModified: number;
  readonly readyAt: number;
}

/** A deployment package as it was uploaded. */
export interface CodeRecord {
  readonly bytes: Uint8Array;
}

/** An asynchronous invocation that waits in Lambda's own queue. */
export interface QueuedEvent {
  readonly requestId: string;
  readonly functionName: string;
  readonly qualifier?: string;
  readonly payload: Uint8Array;
  /** Base64 as the client sent it. */
  readonly clientContext?: string;
  /** Sandbox milliseconds. */
  readonly receivedAt: number;
  readonly dueAt: number;
  /** Attempts that reached the function. */
  readonly attempts: number;
  /** Attempts in a row that were throttled. */
  readonly throttled: number;
  /** The X-Ray trace header of the call. */
  readonly trace: string;
}

export type EventInvokeRecord = FunctionEventInvokeConfig & { readonly FunctionArn: string };
export type UrlRecord = FunctionUrlConfig;
export interface MappingRecord {
  readonly configuration: EventSourceMappingConfiguration & { readonly UUID: string; readonly FunctionArn: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly functionName: string;
  /** `Creating`, `Updating` and `Deleting` end at this time. */
  readonly settlesAt?: number;
  readonly settlesTo?: 'Enabled' | 'Disabled' | 'Gone';
}
