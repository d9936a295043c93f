import type { ExecutionStatus, HistoryEvent, LoggingConfiguration, TracingConfiguration } from '@aws-sdk/client-sfn';
import type { Collection, Storage } from '../core/collection.ts';
import type { JsonObject } from './asl/json.ts';

/** A state machine. Times are sandbox milliseconds. */
export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  /** Counts definitions and roles, so that a running execution keeps what it started with. */
  readonly revision: number;
  /** Set while it is being deleted: it goes when its last execution has ended. */
  readonly deleting?: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** What an execution runs by: kept for as long as an execution refers to it. */
export interface RevisionRecord {
  readonly definition: string;
  readonly roleArn: string;
  readonly logging: LoggingConfiguration;
  readonly tracing: TracingConfiguration;
  readonly updatedAt: number;
  /** Absent until the first update, as on AWS. */
  readonly revisionId?: string;
}

export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  /** Key of its revision. */
  readonly revision: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly stoppedAt?: number;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly traceHeader?: string;
  /** Session name under which it uses the machine's role. */
  readonly sessionName: string;
  /** Log stream that its events go to. */
  readonly logStream: string;
  /** Absent until it is redriven for the first time. */
  readonly redriven?: RedriveRecord;
}

/** How often an execution was taken up again, and the last time. */
export interface RedriveRecord {
  readonly count: number;
  readonly at: number;
  /** What callers named their requests by, the latest first: the same name is the same request. */
  readonly tokens: readonly { readonly token: string; readonly at: number }[];
}

/** Where an execution stands: it goes on from there after a restart, and after RedriveExecution where it stopped. */
export interface PositionRecord {
  readonly state: string;
  readonly input: string;
  readonly variables: JsonObject;
  /** Event that the next one follows. */
  readonly cursor: number;
  /** Event that the state's entry followed. */
  readonly entryCursor: number;
  readonly enteredEventId: number;
  readonly enteredAt: number;
  /** Attempts that each of the state's retriers has used. */
  readonly attempts: readonly number[];
  /** When a wait or a pause between attempts ends. */
  readonly until?: number;
  readonly task?: TaskRecord;
}

/** A task attempt under way. */
export interface TaskRecord {
  readonly token?: string;
  /** Execution that it waits for. */
  readonly childArn?: string;
  /** Whether its request was answered, so that only the end is awaited. */
  readonly submitted: boolean;
  readonly deadline?: number;
  readonly heartbeatSeconds?: number;
}

/** Everything that Step Functions keeps. */
export interface Records {
  readonly machines: Collection<MachineRecord>;
  readonly revisions: Collection<RevisionRecord>;
  readonly executions: Collection<ExecutionRecord>;
  /** By `<execution ARN>#<event id>`. */
  readonly history: Collection<HistoryEvent>;
  readonly positions: Collection<PositionRecord>;
}

export function openRecords(storage: Storage): Records {
  return {
    machines: storage.collection('sfn.machines'),
    revisions: storage.collection('sfn.revisions'),
    executions: storage.collection('sfn.executions'),
    history: storage.collection('sfn.history'),
    positions: storage.collection('sfn.positions'),
  };
}

/** Key of a revision of a machine. */
export function revisionKey(machineArn: string, revision: number): string {
  return `${machineArn}@${revision}`;
}
