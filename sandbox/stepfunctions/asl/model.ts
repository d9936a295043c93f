import type { Template } from './template.ts';

/** A state machine, or a branch or item processor inside one, ready to run. */
export interface Flow {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A whole definition. */
export interface StateMachineModel extends Flow {
  /** Limit for a whole execution, in seconds. */
  readonly timeoutSeconds?: number | undefined;
}

/** `Output` and `Assign`, wherever the language allows them. */
export interface Outcome {
  readonly output?: Template | undefined;
  readonly assign?: Template | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly backoffRate: number;
  readonly maxAttempts: number;
  readonly maxDelaySeconds?: number | undefined;
  readonly jitter: boolean;
}

export interface Catcher extends Outcome {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

interface Named {
  readonly name: string;
}

interface Transition {
  /** State that follows; absent at the end of the flow. */
  readonly next?: string | undefined;
}

interface Recovering {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends Named, Transition, Outcome {
  readonly type: 'Pass';
}

export interface SucceedState extends Named, Outcome {
  readonly type: 'Succeed';
}

export interface FailState extends Named {
  readonly type: 'Fail';
  readonly error?: Template | undefined;
  readonly cause?: Template | undefined;
}

export interface WaitState extends Named, Transition, Outcome {
  readonly type: 'Wait';
  readonly seconds?: Template | undefined;
  readonly timestamp?: Template | undefined;
}

export interface ChoiceRule extends Outcome {
  readonly condition: Template;
  readonly location: string;
  readonly next: string;
}

export interface ChoiceState extends Named, Outcome {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
  readonly default?: string | undefined;
}

export interface TaskState extends Named, Transition, Outcome, Recovering {
  readonly type: 'Task';
  readonly resource: string;
  readonly arguments?: Template | undefined;
  readonly timeoutSeconds?: Template | undefined;
  readonly heartbeatSeconds?: Template | undefined;
}

export interface ParallelState extends Named, Transition, Outcome, Recovering {
  readonly type: 'Parallel';
  readonly branches: readonly Flow[];
  readonly arguments?: Template | undefined;
}

export interface MapState extends Named, Transition, Outcome, Recovering {
  readonly type: 'Map';
  readonly items?: Template | undefined;
  readonly itemSelector?: Template | undefined;
  readonly maxConcurrency?: Template | undefined;
  readonly toleratedFailureCount?: Template | undefined;
  readonly toleratedFailurePercentage?: Template | undefined;
  readonly itemProcessor: Flow;
}

export type State =
  PassState | SucceedState | FailState | WaitState | ChoiceState | TaskState | ParallelState | MapState;

export type StateType = State['type'];
