import { Interrupted, StateError } from '../asl/state-error.ts';
import { setAlarm } from './cancellation.ts';
import type { Visit } from './execution.ts';

/** Bounds of a task attempt. Times are sandbox milliseconds. */
export interface Bounds {
  readonly deadline?: number | undefined;
  /** Longest silence, in seconds; each beat starts it anew. */
  readonly heartbeatSeconds?: number | undefined;
}

/** The error of a task that took too long: reported as `States.Timeout`, caught by either name when it fell silent. */
export class TaskTimedOut extends StateError {
  constructor(silent = false) {
    super('States.Timeout', undefined, silent ? ['States.HeartbeatTimeout'] : []);
  }
}

/**
 * Waits for work within the bounds of the attempt. Whatever comes first decides; what comes later is ignored.
 * `start` gets a function to call at each sign of life, and one that takes what to do when the work is given up.
 * @throws TaskTimedOut, Interrupted, or what the work throws
 */
export function within<T>(
  visit: Visit,
  bounds: Bounds,
  start: (beat: () => void, onGivenUp: (undo: () => void) => void) => Promise<T>,
): Promise<T> {
  const { cancellation, execution } = visit.frame;
  const { clock } = execution.world;
  return new Promise<T>((resolve, reject) => {
    const ends: (() => void)[] = [];
    const undos: (() => void)[] = [];
    const settle = (finish: () => void): void => {
      for (const end of ends.splice(0)) end();
      finish();
    };
    const giveUp = (reason: Error): void => {
      for (const undo of undos.splice(0)) undo();
      settle(() => reject(reason));
    };
    const timeOut = (silent: boolean): void => giveUp(new TaskTimedOut(silent));
    const { deadline, heartbeatSeconds } = bounds;
    if (deadline !== undefined) ends.push(setAlarm(clock, deadline - clock.now(), () => timeOut(false)).cancel);
    const silence = silenceAlarm(visit, heartbeatSeconds, () => timeOut(true));
    ends.push(silence.cancel);
    ends.push(execution.callbacks.onTimeOut(execution.facts.arn, () => timeOut(false)));
    ends.push(cancellation.onCancel(() => giveUp(new Interrupted())));
    start(silence.restart, (undo) => undos.push(undo)).then(
      (value) => settle(() => resolve(value)),
      (cause: unknown) => settle(() => reject(cause instanceof Error ? cause : new Error(String(cause)))),
    );
  });
}

function silenceAlarm(
  visit: Visit,
  seconds: number | undefined,
  fire: () => void,
): { restart: () => void; cancel: () => void } {
  if (seconds === undefined) return { restart: () => undefined, cancel: () => undefined };
  const { clock } = visit.frame.execution.world;
  let alarm = setAlarm(clock, seconds * 1000, fire);
  let ended = false;
  const cancel = (): void => {
    ended = true;
    alarm.cancel();
  };
  const restart = (): void => {
    if (ended) return;
    alarm.cancel();
    alarm = setAlarm(clock, seconds * 1000, fire);
  };
  return { restart, cancel };
}
