import type { ExecutionStatus, HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { World } from '../core/world.ts';
import { parseData, type Data } from './asl/json.ts';
import type { State } from './asl/model.ts';
import { Interrupted, StateError } from './asl/state-error.ts';
import { CallbackRegistry } from './callbacks.ts';
import { announce } from './announce.ts';
import { afresh, whereItStood, type Beginning } from './beginning.ts';
import { eventKey, lastEventId } from './history.ts';
import { removeMachine } from './remove-machine.ts';
import { LiveExecution, type ExecutionHost } from './live-execution.ts';
import { logEvent } from './execution-log.ts';
import type { Models } from './models.ts';
import type { ExecutionRecord, PositionRecord, Records, RevisionRecord } from './records.ts';
import { redriveStatusOf, type RedriveStatus } from './redrive.ts';
import { setAlarm } from './run/cancellation.ts';
import type { EventDetails, Frame, TaskAttempt, TaskFault } from './run/execution.ts';
import { runFlow } from './run/run-flow.ts';
import { runState } from './run/run-state.ts';

/** A history event as it is appended, with the execution it belongs to. */
export interface AppendedEvent {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly event: HistoryEvent;
}

/** Tokens that an execution's redrives are known by (RedriveExecution reference). */
const MAX_TOKENS = 10;

interface Running {
  readonly live: LiveExecution;
  readonly stopTimer: () => void;
}

/** Runs executions: starts them, ends them, and takes them up again after a restart or when they are redriven. */
export class Engine implements ExecutionHost {
  readonly world: World;
  readonly callbacks: CallbackRegistry;
  readonly listeners = new Set<(appended: AppendedEvent) => void>();
  taskFaults: ((attempt: TaskAttempt) => TaskFault | undefined) | undefined;
  readonly #records: Records;
  readonly #models: Models;
  readonly #running = new Map<string, Running>();

  constructor(world: World, records: Records, models: Models) {
    this.world = world;
    this.#records = records;
    this.#models = models;
    this.callbacks = new CallbackRegistry(world, records);
  }

  /** Begins an execution: its first event is there at once, its states run when the caller is done. */
  start(record: ExecutionRecord): void {
    this.#records.executions.put(record.arn, record);
    const { live } = this.#open(record, 0);
    const executionStartedEventDetails = {
      input: record.input,
      inputDetails: { truncated: false },
      roleArn: live.facts.roleArn,
    };
    live.append('ExecutionStarted', 0, { executionStartedEventDetails });
    announce(this.world, record, this.redriveStatus(record));
    this.world.clock.setTimer(0, () => void this.#run(live, parseData(record.input)));
  }

  /**
   * Takes up an execution that was not successful, at the state where it stopped: that state starts afresh, with the input
   * and the variables that it had, all its attempts and all its time. A Fail state is entered again.
   */
  redrive({ arn }: ExecutionRecord, clientToken: string | undefined): void {
    const { stoppedAt: _, output: _output, error: _error, cause: _cause, ...rest } = this.#execution(arn);
    const { count: before = 0, tokens = [] } = rest.redriven ?? {};
    const [count, at] = [before + 1, this.world.clock.now()];
    const named = clientToken === undefined ? [] : [{ token: clientToken, at }];
    const redriven = { count, at, tokens: [...named, ...tokens].slice(0, MAX_TOKENS) };
    const record: ExecutionRecord = { ...rest, status: 'RUNNING', redriven };
    this.#records.executions.put(arn, record);
    const last = lastEventId(this.#records, arn);
    const { live } = this.#open(record, last);
    const cursor = live.append('ExecutionRedriven', last, { executionRedrivenEventDetails: { redriveCount: count } });
    announce(this.world, record, this.redriveStatus(record));
    const position = this.#records.positions.get(arn);
    const input = parseData(position?.input ?? record.input);
    this.world.clock.setTimer(0, () => void this.#run(live, input, position && afresh(live.model, position, cursor)));
  }

  redriveStatus(record: ExecutionRecord): RedriveStatus {
    return redriveStatusOf(record, {
      now: this.world.clock.now(),
      events: record.stoppedAt === undefined ? 0 : lastEventId(this.#records, record.arn),
      deleting: this.isDeleting(record.machineArn),
    });
  }

  /** The state in which an execution stopped; absent when it had entered none. */
  stoppedIn(record: ExecutionRecord): State | undefined {
    const position = this.#records.positions.get(record.arn);
    const { definition } = this.#records.revisions.get(record.revision) as RevisionRecord;
    return position && this.#models.model(definition).states.get(position.state);
  }

  /** Takes up every execution that was running, at the state where it stood. */
  resume(): void {
    for (const record of this.#records.executions.values()) {
      if (record.status !== 'RUNNING' || this.#running.has(record.arn)) continue;
      const position = this.#records.positions.get(record.arn);
      const { live } = this.#open(record, lastEventId(this.#records, record.arn));
      const input = parseData(position?.input ?? record.input);
      this.world.clock.setTimer(0, () => void this.#run(live, input, position && whereItStood(position)));
    }
  }

  /** Ends a running execution from outside: StopExecution. */
  abort(executionArn: string, details: { error?: string; cause?: string }): void {
    this.#end(executionArn, 'ABORTED', 'ExecutionAborted', 0, { executionAbortedEventDetails: details }, details);
  }

  timeOut(executionArn: string): void {
    this.#end(executionArn, 'TIMED_OUT', 'ExecutionTimedOut', 0, { executionTimedOutEventDetails: {} });
  }

  /** Fails an execution whose history is full. */
  fail(executionArn: string, failure: StateError): void {
    const { details } = failure;
    this.#end(executionArn, 'FAILED', 'ExecutionFailed', 0, { executionFailedEventDetails: details }, details);
  }

  append(record: ExecutionRecord, revision: RevisionRecord, event: HistoryEvent): void {
    this.#records.history.put(eventKey(record.arn, event.id as number), event);
    logEvent(this.world, record, revision, event);
    if (this.listeners.size === 0) return;
    const appended = { executionArn: record.arn, stateMachineArn: record.machineArn, event };
    for (const listener of this.listeners) listener(appended);
  }

  save(executionArn: string, position: PositionRecord): void {
    this.#records.positions.put(executionArn, position);
  }

  faultFor(attempt: TaskAttempt): TaskFault | undefined {
    return this.taskFaults?.(attempt);
  }

  isDeleting(machineArn: string): boolean {
    return this.#records.machines.get(machineArn)?.deleting === true;
  }

  /** Marks a machine; it goes at once when nothing runs, else with its last execution. Unknown machines are fine. */
  deleteMachine(arn: string): void {
    const machine = this.#records.machines.get(arn);
    if (!machine) return;
    this.#records.machines.put(arn, { ...machine, deleting: true });
    this.world.clock.setTimer(0, () => this.#removeIfIdle(arn));
  }

  #removeIfIdle(machineArn: string): void {
    if (!this.isDeleting(machineArn)) return;
    for (const { live } of this.#running.values()) if (live.facts.machineArn === machineArn) return;
    removeMachine(this.#records, machineArn);
  }

  /** Forgets what runs, without ending it: the process is about to stop. */
  close(): void {
    for (const { live, stopTimer } of this.#running.values()) {
      stopTimer();
      live.cancellation.cancel();
    }
    this.#running.clear();
  }

  #open(record: ExecutionRecord, lastId: number): Running {
    const revision = this.#records.revisions.get(record.revision) as RevisionRecord;
    const model = this.#models.model(revision.definition);
    const live = new LiveExecution(this, record, revision, model, lastId);
    const running = { live, stopTimer: this.#limit(record, model.timeoutSeconds) };
    this.#running.set(record.arn, running);
    return running;
  }

  #limit(record: ExecutionRecord, timeoutSeconds: number | undefined): () => void {
    if (timeoutSeconds === undefined) return () => undefined;
    const { clock } = this.world;
    const since = record.redriven?.at ?? record.startedAt;
    const remaining = since + timeoutSeconds * 1000 - clock.now();
    return setAlarm(clock, remaining, () => this.timeOut(record.arn)).cancel;
  }

  async #run(live: LiveExecution, input: Data, from?: Beginning): Promise<void> {
    const { arn } = live.facts;
    const frame: Frame = {
      execution: live,
      cancellation: live.cancellation,
      top: true,
      variables: from?.variables ?? {},
      cursor: from?.cursor ?? 0,
      active: undefined,
      inner: [],
    };
    try {
      const output = await runFlow(live.model, input, frame, runState, from);
      const details = { output: output.text, outputDetails: { truncated: false } };
      const event = { executionSucceededEventDetails: details };
      this.#end(arn, 'SUCCEEDED', 'ExecutionSucceeded', frame.cursor, event, { output: output.text });
    } catch (cause) {
      if (cause instanceof Interrupted) return;
      const failure = cause instanceof StateError ? cause : new StateError('States.Runtime', String(cause));
      const { details } = failure;
      this.#end(arn, 'FAILED', 'ExecutionFailed', frame.cursor, { executionFailedEventDetails: details }, details);
    }
  }

  #end(
    arn: string,
    status: ExecutionStatus,
    type: HistoryEventType,
    previous: number,
    event: EventDetails,
    result: { output?: string; error?: string; cause?: string } = {},
  ): void {
    const running = this.#running.get(arn);
    if (!running) return;
    const record = this.#execution(arn);
    this.#running.delete(arn);
    running.stopTimer();
    running.live.append(type, previous, event);
    const ended = { ...record, status, stoppedAt: this.world.clock.now(), ...result };
    this.#records.executions.put(arn, ended);
    if (status === 'SUCCEEDED') this.#records.positions.delete(arn);
    running.live.cancellation.cancel();
    announce(this.world, ended, this.redriveStatus(ended));
    this.callbacks.ended(arn);
    this.#removeIfIdle(record.machineArn);
  }

  #execution(arn: string): ExecutionRecord {
    return this.#records.executions.get(arn) as ExecutionRecord;
  }
}
