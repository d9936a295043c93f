import type { PolicyDocument } from '../../core/service.ts';

/** A log group. Times in sandbox milliseconds. */
export interface LogGroupRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly retentionInDays: number | undefined;
  readonly kmsKeyId: string | undefined;
  readonly logGroupClass: string;
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A log stream; its events are kept apart, under its number. */
export interface LogStreamRecord {
  readonly id: number;
  readonly group: string;
  readonly name: string;
  readonly createdAt: number;
}

/** One log event. Times in sandbox milliseconds. */
export interface LogEventRecord {
  readonly at: number;
  readonly ingestedAt: number;
  readonly message: string;
}

/** A resource policy: lets services write logs. */
export interface LogPolicyRecord {
  readonly name: string;
  readonly text: string;
  readonly document: PolicyDocument;
  readonly updatedAt: number;
}
