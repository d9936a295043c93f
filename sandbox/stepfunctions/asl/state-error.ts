/**
 * A failure inside an execution, as Retry and Catch see it: `error` is the ASL error name, `cause` the text beside it.
 * `aliases` are further names that Retry and Catch may match it by.
 */
export class StateError extends Error {
  readonly error: string | undefined;
  readonly reason: string | undefined;
  readonly aliases: readonly string[];

  constructor(error: string | undefined, reason?: string, aliases: readonly string[] = []) {
    super(`${error ?? 'unnamed error'}: ${reason ?? ''}`);
    this.name = 'StateError';
    this.error = error;
    this.reason = reason;
    this.aliases = aliases;
  }

  /** Error and cause as history events carry them: absent members are left out. */
  get details(): { error?: string; cause?: string } {
    return {
      ...(this.error !== undefined && { error: this.error }),
      ...(this.reason !== undefined && { cause: this.reason }),
    };
  }
}

/** A JSONata expression, or a value that it gave, that a state cannot use: `States.QueryEvaluationError`. */
export class EvaluationError extends StateError {
  /** Field of the state, e.g. `Output/result`; absent when the state's input itself is at fault. */
  readonly location: string | undefined;
  /** Whether the state had begun to act, which decides the event that the failure is recorded after. */
  readonly afterEntry: boolean;

  constructor(reason: string, location: string | undefined, afterEntry = false) {
    super('States.QueryEvaluationError', reason);
    this.location = location;
    this.afterEntry = afterEntry;
  }
}

/** The execution, or the branch, was ended from outside: passes every Retry and Catch. */
export class Interrupted extends Error {
  constructor() {
    super('ended from outside');
    this.name = 'Interrupted';
  }
}
