import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Principal } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import type { JsonObject } from '../asl/json.ts';
import type { StateMachineModel, StateType } from '../asl/model.ts';
import type { PositionRecord, RedriveRecord, TaskRecord } from '../records.ts';
import type { TaskAnswer } from '../tasks/task-answer.ts';
import type { Cancellation } from './cancellation.ts';

/** Members of an event beside its number, time, type and predecessor. */
export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;

/** Facts of an execution that its context object shows. */
export interface ExecutionFacts {
  readonly arn: string;
  readonly name: string;
  readonly input: unknown;
  readonly machineArn: string;
  readonly machineName: string;
  readonly roleArn: string;
  readonly startedAt: number;
  readonly redriven?: RedriveRecord;
}

/** What a fault harness can have done to one task attempt. */
export type TaskFault =
  | { readonly kind: 'deliver-twice' }
  | { readonly kind: 'time-out' }
  | { readonly kind: 'fail'; readonly error: string; readonly cause?: string };

/** A task attempt as a fault harness sees it, before its request goes out. */
export interface TaskAttempt {
  readonly executionArn: string;
  readonly state: string;
  readonly resource: string;
  /** 0 for the first attempt. */
  readonly retryCount: number;
}

/** A running execution, as the code that runs its states needs it. */
export interface Execution {
  readonly world: World;
  readonly facts: ExecutionFacts;
  readonly model: StateMachineModel;
  /** The machine's role, under which tasks are called. */
  readonly principal: Principal;
  readonly cancellation: Cancellation;
  /** Appends an event to the history and returns its number. */
  record(type: HistoryEventType, previousEventId: number, details?: EventDetails): number;
  /** Remembers where the execution stands. */
  save(position: PositionRecord): void;
  /** Ends the execution when it is older than any may be, or when its machine is being deleted. */
  checkTransition(): void;
  faultFor(attempt: TaskAttempt): TaskFault | undefined;
  readonly callbacks: Callbacks;
}

/** Tasks that wait for something to come back, and the executions that wait for one another. */
export interface Callbacks {
  /** Waits for a token; `settle` is called by SendTaskSuccess and SendTaskFailure, `beat` by SendTaskHeartbeat. */
  await(token: string, handlers: { settle: (answer: TaskAnswer) => void; beat: () => void }): () => void;
  /** Lets a harness time the execution's current tasks out. */
  onTimeOut(executionArn: string, timeOut: () => void): () => void;
  /** Calls `ended` when an execution ends, at once if it has. */
  onEnd(executionArn: string, ended: () => void): () => void;
  newToken(executionArn: string): string;
}

/** One line of states being run: the execution's own, a branch's or an iteration's. */
export interface Frame {
  readonly execution: Execution;
  readonly cancellation: Cancellation;
  /** Only the execution's own line is remembered across restarts. */
  readonly top: boolean;
  /** `Map.Item` of the context object, inside an iteration. */
  readonly item?: { readonly Index: number; readonly Value: unknown } | undefined;
  /** Variables in scope; replaced, never changed. */
  variables: JsonObject;
  /** Event that the next one follows. */
  cursor: number;
  /** State that it is in, for the events of an abort. */
  active: StateType | undefined;
  /** Lines inside the current state, in order. */
  inner: readonly InnerFrame[];
}

export interface InnerFrame {
  readonly frame: Frame;
  /** Events that record the abort of this line itself. */
  readonly iteration?: { readonly name: string; readonly index: number };
  done: boolean;
}

/** A state being visited. */
export interface Visit {
  readonly frame: Frame;
  readonly name: string;
  readonly type: StateType;
  readonly input: { readonly value: unknown; readonly text: string };
  readonly enteredEventId: number;
  readonly entryCursor: number;
  readonly enteredAt: number;
  /** Attempts that each retrier has used. */
  attempts: number[];
  retryCount: number;
  token: string | undefined;
  /** Whether the success or failure of a Map or Parallel state is in the history. */
  settled: boolean;
  /** What was under way when the sandbox was ended; used once. */
  resumed: { readonly until?: number | undefined; readonly task?: TaskRecord | undefined } | undefined;
}
