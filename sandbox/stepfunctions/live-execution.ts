import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Principal } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { STEP_FUNCTIONS } from './arns.ts';
import { parseData } from './asl/json.ts';
import type { StateMachineModel } from './asl/model.ts';
import { Interrupted, StateError } from './asl/state-error.ts';
import { MAX_EVENTS } from './history.ts';
import type { ExecutionRecord, PositionRecord, RevisionRecord } from './records.ts';
import { MAX_AGE_MS } from './redrive.ts';
import { Cancellation } from './run/cancellation.ts';
import type { Callbacks, EventDetails, Execution, ExecutionFacts, TaskAttempt, TaskFault } from './run/execution.ts';

/** What a running execution needs of its surroundings. */
export interface ExecutionHost {
  readonly world: World;
  readonly callbacks: Callbacks;
  append(record: ExecutionRecord, revision: RevisionRecord, event: HistoryEvent): void;
  save(executionArn: string, position: PositionRecord): void;
  fail(executionArn: string, failure: StateError): void;
  timeOut(executionArn: string): void;
  abort(executionArn: string, details: { error?: string; cause?: string }): void;
  /** Whether a machine is being deleted: its executions end at their next transition. */
  isDeleting(machineArn: string): boolean;
  faultFor(attempt: TaskAttempt): TaskFault | undefined;
}

/** A running execution in memory: it numbers the events and stops everything when it ends. */
export class LiveExecution implements Execution {
  readonly world: World;
  readonly facts: ExecutionFacts;
  readonly model: StateMachineModel;
  readonly principal: Principal;
  readonly cancellation = new Cancellation();
  readonly callbacks: Callbacks;
  readonly #host: ExecutionHost;
  readonly #record: ExecutionRecord;
  readonly #revision: RevisionRecord;
  #lastEventId: number;

  constructor(
    host: ExecutionHost,
    record: ExecutionRecord,
    revision: RevisionRecord,
    model: StateMachineModel,
    lastEventId: number,
  ) {
    this.#host = host;
    this.#record = record;
    this.#revision = revision;
    this.#lastEventId = lastEventId;
    this.world = host.world;
    this.callbacks = host.callbacks;
    this.model = model;
    this.facts = factsOf(record, revision);
    this.principal = rolePrincipal(host.world, revision.roleArn, record.sessionName);
  }

  /** The event before the last that a history can hold fails the execution, so that its failure still fits. */
  record(type: HistoryEventType, previousEventId: number, details?: EventDetails): number {
    this.cancellation.check();
    if (this.#lastEventId >= MAX_EVENTS - 1) {
      const cause = `The execution reached the maximum number of history events (${MAX_EVENTS}).`;
      this.#host.fail(this.facts.arn, new StateError('States.Runtime', cause));
      throw new Interrupted();
    }
    return this.append(type, previousEventId, details);
  }

  /** Appends an event whatever the state of the execution. */
  append(type: HistoryEventType, previousEventId: number, details?: EventDetails): number {
    const id = ++this.#lastEventId;
    const timestamp = new Date(this.world.clock.now());
    this.#host.append(this.#record, this.#revision, { timestamp, type, id, previousEventId, ...details });
    return id;
  }

  save(position: PositionRecord): void {
    if (!this.cancellation.cancelled) this.#host.save(this.facts.arn, position);
  }

  checkTransition(): void {
    const { arn, machineArn, startedAt } = this.facts;
    if (this.world.clock.now() - startedAt > MAX_AGE_MS) this.#host.timeOut(arn);
    else if (this.#host.isDeleting(machineArn)) this.#host.abort(arn, {});
    this.cancellation.check();
  }

  faultFor(attempt: TaskAttempt): TaskFault | undefined {
    return this.#host.faultFor(attempt);
  }
}

/** A role that can no longer be assumed stays the caller, and is refused by name at its first call. */
function rolePrincipal(world: World, roleArn: string, sessionName: string): Principal {
  try {
    return world.authorizer.assumeRole(roleArn, sessionName, STEP_FUNCTIONS);
  } catch {
    return { kind: 'role', roleName: roleArn.split('/').at(-1) ?? '', sessionName };
  }
}

function factsOf(record: ExecutionRecord, revision: RevisionRecord): ExecutionFacts {
  return {
    arn: record.arn,
    name: record.name,
    input: parseData(record.input).value,
    machineArn: record.machineArn,
    machineName: record.machineName,
    roleArn: revision.roleArn,
    startedAt: record.startedAt,
    ...(record.redriven && { redriven: record.redriven }),
  };
}
