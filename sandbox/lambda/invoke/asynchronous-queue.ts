import { AwsError } from '../../core/aws-error.ts';
import type { Lambda } from '../lambda.ts';
import type { EventInvokeRecord, QueuedEvent } from '../model.ts';
import { LATEST } from '../model.ts';
import { functionArn, keyOf } from '../names.ts';
import type { Condition, Destinations } from './destinations.ts';
import type { Invoker, Outcome, Request } from './invoker.ts';
import type { LambdaMetrics } from './metrics.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Waits before the second and the third attempt after a function error. */
const RETRY_DELAYS = [MINUTE, 2 * MINUTE] as const;
const LONGEST_BACKOFF = 5 * MINUTE;
const DEFAULT_AGE = 6 * 60 * MINUTE;
const DEFAULT_RETRIES = 2;

type Ended = { readonly ended: Outcome } | { readonly refused: unknown };

/**
 * Lambda's queue of asynchronous events: two retries after errors of the function, retries with backoff while it is
 * throttled, until the event is too old; then its destination or dead-letter queue.
 */
export class AsynchronousQueue {
  readonly #lambda: Lambda;
  readonly #invoker: Invoker;
  readonly #destinations: Destinations;
  readonly #metrics: LambdaMetrics;

  constructor(lambda: Lambda, invoker: Invoker, destinations: Destinations, metrics: LambdaMetrics) {
    this.#lambda = lambda;
    this.#invoker = invoker;
    this.#destinations = destinations;
    this.#metrics = metrics;
  }

  add(request: Request): void {
    const now = this.#lambda.world.clock.now();
    const { target, requestId, payload, trace } = request;
    this.#metrics.asynchronous(target.name, target.qualifier, 'AsyncEventsReceived', 1);
    this.#put({
      requestId,
      functionName: target.name,
      ...(target.qualifier !== undefined && { qualifier: target.qualifier }),
      payload,
      trace,
      receivedAt: now,
      dueAt: now,
      attempts: 0,
      throttled: 0,
    });
  }

  /** Sets the timers of events that waited when the sandbox stopped. */
  start(): void {
    for (const event of this.#lambda.state.queue.values()) this.#arm(event);
  }

  #put(event: QueuedEvent): void {
    this.#lambda.state.queue.put(event.requestId, event);
    this.#arm(event);
  }

  #arm(event: QueuedEvent): void {
    const { clock } = this.#lambda.world;
    clock.setTimer(event.dueAt - clock.now(), () => {
      void clock.held('request', () => this.#attempt(event));
    });
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    if (this.#lambda.state.queue.get(event.requestId) !== event) return;
    if (this.#age(event) > this.#maximumAge(event)) return this.#drop(event, 'EventAgeExceeded');
    this.#metrics.asynchronous(event.functionName, event.qualifier, 'AsyncEventAge', this.#age(event), 'Milliseconds');
    const result = await this.#invoke(event);
    if ('refused' in result) return this.#afterRefusal(event, result.refused);
    const tried = { ...event, attempts: event.attempts + 1, throttled: 0 };
    if (!result.ended.functionError) return this.#finish(tried, 'Success', result.ended);
    return this.#afterError(tried, result.ended);
  }

  async #invoke(event: QueuedEvent): Promise<Ended> {
    const { requestId, payload, trace } = event;
    const target = { name: event.functionName, qualifier: event.qualifier };
    try {
      return { ended: await this.#invoker.invoke({ target, requestId, payload, trace }) };
    } catch (refused) {
      return { refused };
    }
  }

  async #afterError(event: QueuedEvent, outcome: Outcome): Promise<void> {
    const retries = this.#config(event)?.MaximumRetryAttempts ?? DEFAULT_RETRIES;
    const delay = RETRY_DELAYS[event.attempts - 1];
    if (event.attempts > retries || delay === undefined) return this.#finish(event, 'RetriesExhausted', outcome);
    this.#retry(event, delay, outcome);
  }

  /** Throttles and a function that is not ready are tried again; a function that is gone loses its events. */
  async #afterRefusal(event: QueuedEvent, refused: unknown): Promise<void> {
    const code = refused instanceof AwsError ? refused.code : 'ServiceException';
    if (code === 'ResourceNotFoundException') return this.#drop(event, 'EventAgeExceeded');
    const fn = this.#lambda.state.functions.get(event.functionName);
    if (fn?.reservedConcurrency === 0) return this.#drop(event, 'ZeroReservedConcurrency');
    const delay = Math.min(LONGEST_BACKOFF, SECOND * 2 ** event.throttled);
    this.#retry({ ...event, throttled: event.throttled + 1 }, delay);
  }

  /** An event that would be too old by then is given up at that time, not tried. */
  #retry(event: QueuedEvent, delayMs: number, outcome?: Outcome): void {
    const dueAt = this.#lambda.world.clock.now() + delayMs;
    if (outcome && dueAt - event.receivedAt > this.#maximumAge(event)) {
      void this.#lambda.world.clock.held('request', () => this.#finish(event, 'EventAgeExceeded', outcome));
      return;
    }
    this.#put({ ...event, dueAt });
  }

  async #drop(event: QueuedEvent, condition: Condition): Promise<void> {
    await this.#finish(event, condition, undefined);
  }

  async #finish(event: QueuedEvent, condition: Condition, outcome: Outcome | undefined): Promise<void> {
    this.#lambda.state.queue.delete(event.requestId);
    if (condition !== 'Success')
      this.#metrics.asynchronous(event.functionName, event.qualifier, 'AsyncEventsDropped', 1);
    await this.#destinations.deliver(event, condition, outcome, this.#config(event));
  }

  #config(event: QueuedEvent): EventInvokeRecord | undefined {
    return this.#lambda.state.eventInvokeConfigs.get(keyOf(event.functionName, event.qualifier ?? LATEST));
  }

  #maximumAge(event: QueuedEvent): number {
    const seconds = this.#config(event)?.MaximumEventAgeInSeconds;
    return seconds === undefined ? DEFAULT_AGE : seconds * SECOND;
  }

  #age(event: QueuedEvent): number {
    return this.#lambda.world.clock.now() - event.receivedAt;
  }
}

/** ARN that records about an asynchronous event name the function by. */
export function recordedArn(lambda: Lambda, event: QueuedEvent): string {
  return functionArn(lambda.world, event.functionName, event.qualifier ?? LATEST);
}
