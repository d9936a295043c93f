/**
 * The errors of the pipeline, named for the reaction that they need. `name` is a string literal because a minifier renames
 * classes and Lambda reports `error.name` as the error type, on which the state machine matches.
 */

/** The release or its policy is wrong and will stay wrong: reject it before any traffic moves. */
export class InvalidReleaseError extends Error {
  override readonly name = 'InvalidReleaseError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Something the release needs is not there yet, or not in order: reject it, and a later attempt may succeed. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** AWS was busy or failed for a moment: retry with jitter, then roll back. */
export class TransientAwsError extends Error {
  override readonly name = 'TransientAwsError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** An earlier attempt at the same step may still run: wait until it must have ended, then do it again. */
export class InProgressError extends Error {
  override readonly name = 'InProgressError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** AWS is well but lets in no more calls for now: wait in line, with jitter and for longer, then roll back. */
export class ThrottledError extends Error {
  override readonly name = 'ThrottledError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Someone else changed the alias or holds the lock: stop, and leave what they did alone. */
export class ConcurrentChangeError extends Error {
  override readonly name = 'ConcurrentChangeError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Somebody took the release back, or a newer one took its place: reject it, or roll it back if traffic has moved. */
export class WithdrawnError extends Error {
  override readonly name = 'WithdrawnError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Something that cannot be true is true, so our own picture is wrong: roll back. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The rollback itself did not succeed, so users may still meet the candidate: page a person. */
export class RollbackFailedError extends Error {
  override readonly name = 'RollbackFailedError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Longest rendering of a value inside a message, in characters: a page of JSON helps nobody. */
const LONGEST_VALUE = 200;

/** Says what was expected, what came and what to do. Text in `came` stands as it is; any other value is shown as JSON. */
export function expected(what: string, came: unknown, todo: string): string {
  return `expected ${what}, got ${shown(came)}; ${todo}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === '') return 'an empty text';
  const text = typeof value === 'string' ? value : json(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

function json(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return 'a value that is not JSON';
  }
}
