import { Pipeline } from '../support/pipeline.ts';
import { animate, type Beginning, beginning, type Execution, executionsOf, uploadGroup } from './beginnings.ts';
import { type Ending, endingOf, slackNotices, type Told } from './ending.ts';
import { violations } from './invariants.ts';
import { Person } from './people.ts';
import { arrange, type Fault, limitExecution, recordCalls, type Recording, TIME_FAULTS } from './points.ts';
import { redriveDead } from './redrive.ts';
import { LATER, type Scenario } from './scenarios.ts';
import { Users } from './users.ts';
import { AT_ONCE } from '../support/policies.ts';

/** What came of one run. */
export interface Played {
  readonly violations: readonly string[];
  readonly recording: Recording;
  /** Requests of users that failed. */
  readonly failures: number;
  /** How the executions ended, the oldest first. */
  readonly status: string;
  /** Executions that ran, with the later release. */
  readonly rollouts: number;
}

const WEEK = 604_800;
const QUIET_MS = 20_000;
/** How long after the last execution the scheduled sweep may take to put everything right; then leases must run out. */
const SETTLED_MS = [11 * 60_000, 40 * 60_000] as const;

/**
 * Plays a scenario with faults, waits until everything has settled, and checks what must hold. Then a good release must go
 * through, unless that is left out: it takes a third of the time.
 */
export async function play(
  scenario: Scenario,
  faults: readonly Fault[] = [],
  { later = true }: { readonly later?: boolean } = {},
): Promise<Played> {
  const begun = await beginning(scenario.begins);
  const pipeline = await Pipeline.start({ from: begun.saved });
  animate(pipeline, begun);
  try {
    return await new Run(pipeline, scenario, begun).play(faults, later);
  } finally {
    await pipeline.close();
  }
}

class Run {
  readonly #pipeline: Pipeline;
  readonly #scenario: Scenario;
  readonly #begun: Beginning;
  readonly #notices: Told[] = [];
  #mayTellTwice = false;
  readonly #unqualified: string[] = [];
  /** Changes that the pipeline made in Lambda. */
  #changes = 0;

  constructor(pipeline: Pipeline, scenario: Scenario, begun: Beginning) {
    this.#pipeline = pipeline;
    this.#scenario = scenario;
    this.#begun = begun;
    this.#watch();
  }

  async play(faults: readonly Fault[], later: boolean): Promise<Played> {
    const pipeline = this.#pipeline;
    const { environments, contract, broken, failing, starts, release } = this.#scenario;
    const { calls, remembering } = recordCalls(pipeline);
    const mended = broken.map((state) => pipeline.breakStep(state));
    for (const name of this.#begun.functions) await pipeline.setPolicy(environments, name);
    if (contract && starts === 'release') await pipeline.uploadManifest(release, contract);
    this.#mayTellTwice = faults.some(strikesWhoTells);
    for (const fault of faults) await arrange(pipeline, fault, { key: this.#key(), older: this.#begun.older });
    const users = new Users(pipeline, { perMinute: 600, failing });
    const began = pipeline.sandbox.world.clock.now();
    await this.#start();
    await this.#untilEnded(began);
    const [points, seconds, tasks] = [[...calls], await this.#secondsSince(began), await this.#tasks()];
    users.stop();
    for (const mend of mended) mend();
    const found = await this.#settled(users.failures);
    pipeline.sandbox.faults.clear();
    const { executions } = await this.#ending(users.failures);
    if (later) found.push(...(await this.#laterWorks()));
    const recording = { calls: points, tasks, remembering, seconds, times: this.#times() };
    const status = executions.map((one) => one.status).join(' ');
    const rollouts = executions.length + (later ? 1 : 0);
    return { violations: found, recording, failures: users.failures, status, rollouts };
  }

  /** The upload that sets it off. */
  #key(): string | undefined {
    const { starts, release } = this.#scenario;
    if (starts === 'rollback') return undefined;
    return starts === 'group' ? `groups/shop/${release}/group.json` : `releases/orders/${release}/code.zip`;
  }

  async #startGroup(): Promise<void> {
    const { release, contract, onInconclusive } = this.#scenario;
    const wanted = { bakeMinutes: 2, contract, ...(onInconclusive && { onInconclusive }) };
    await uploadGroup(this.#pipeline, release, wanted);
  }

  async #start(): Promise<void> {
    const { starts, release } = this.#scenario;
    if (starts === 'release') return this.#pipeline.upload(release);
    if (starts === 'group') return this.#startGroup();
    await this.#pipeline.startRollback({});
  }

  /** What can go wrong at an instant. */
  #times(): (typeof TIME_FAULTS)[number][] {
    const { starts } = this.#scenario;
    const possible = {
      executionTimeout: true,
      stopAndRedrive: true,
      groupTimeout: starts === 'group',
      duplicateEvent: starts !== 'rollback',
      olderEvent: this.#begun.older !== undefined,
    };
    return TIME_FAULTS.filter((kind) => possible[kind]);
  }

  /** Requests that reach SNS and the functions, as the services saw them. */
  #watch(): void {
    const functions = new Set(this.#begun.functions);
    this.#pipeline.sandbox.world.observe(({ service, operation, input, principal, error }) => {
      if (principal.kind !== 'role') return;
      const { Qualifier, FunctionName = '', Message } = input as Record<string, string | undefined>;
      if (service === 'Lambda' && /^(Add|Create|Delete|Publish|Put|Remove|Update)/.test(operation)) this.#changes++;
      if (service === 'SNS' && operation === 'Publish' && (!error || error === 'SdkClientException'))
        this.#notices.push(snsNotice(Message));
      const ours = service === 'Lambda' && functions.has(FunctionName.replace(/^.*:function:/, '').replace(/:.*$/, ''));
      if (ours && /^(Invoke|DeleteFunction)$/.test(operation) && !/^[1-9]\d*$/.test(Qualifier ?? ''))
        this.#unqualified.push(`${operation} of ${FunctionName} with qualifier ${Qualifier}`);
    });
  }

  /** Until no execution runs any more. */
  async #untilEnded(began: number): Promise<void> {
    const pipeline = this.#pipeline;
    const person = new Person(this.#scenario);
    const { clock } = pipeline.sandbox.world;
    for (let idle = 0; idle < 3;) {
      await clock.sleep(QUIET_MS);
      await person.look(pipeline);
      idle = (await executionsOf(pipeline, 'RUNNING')).length > 0 ? 0 : idle + 1;
      if (clock.now() > began + 60 * 3_600_000) throw new Error('expected the execution to end within 60 hours');
    }
  }

  /** What the scenario's executions went through, in order of time. */
  async #history() {
    const { executions } = await this.#ending(0);
    const all = await Promise.all(executions.map((one) => historyOf(this.#pipeline, one)));
    return all.flat().toSorted((a, b) => a.timestamp.getTime() - b.timestamp.getTime());
  }

  async #secondsSince(began: number): Promise<number[]> {
    const events = await this.#history();
    return [...new Set(events.map(({ timestamp }) => Math.floor((timestamp.getTime() - began) / 1000)))];
  }

  async #tasks(): Promise<Recording['tasks']> {
    const counts = new Map<string, number>();
    return (await this.#history()).flatMap(({ type, stateEnteredEventDetails }) => {
      if (type !== 'TaskStateEntered' || !stateEnteredEventDetails) return [];
      const { name } = stateEnteredEventDetails;
      const nth = counts.get(name) ?? 0;
      counts.set(name, nth + 1);
      return [{ state: name, nth }];
    });
  }

  /** Checks after one sweep; what is wrong then gets until the leases have run out. */
  async #settled(failures: number): Promise<string[]> {
    let found: string[] = [];
    for (const wait of SETTLED_MS) {
      await this.#pipeline.sandbox.world.clock.sleep(wait);
      found = violations(this.#scenario, await this.#ending(failures));
      if (found.length === 0) return found;
    }
    return found;
  }

  async #ending(failures: number): Promise<Ending> {
    const left = await endingOf(this.#pipeline, this.#scenario, this.#begun);
    const notices = [...this.#notices, ...slackNotices(this.#pipeline.webhook)];
    return { ...left, notices, mayTellTwice: this.#mayTellTwice, unqualified: this.#unqualified, failures };
  }

  /** A good release comes after it, with nothing in its way. */
  async #laterWorks(): Promise<string[]> {
    const pipeline = this.#pipeline;
    await limitExecution(pipeline, 'StateMachineArn', WEEK);
    await pipeline.setPolicy([AT_ONCE]);
    const before = await pipeline.serves();
    const { status, cause, states } = await pipeline.release(LATER);
    const served = await pipeline.serves();
    if (status === 'SUCCEEDED' && Number(served) > Number(before ?? 0) && (await pipeline.lockOwner()) === '')
      return this.#redriveChangesNothing();
    return [`the later release: ${status} in ${states.at(-1)}, alias at ${served} (was ${before}): ${cause}`];
  }

  /** Somebody redrives all that died, when another release has been in place for long. */
  async #redriveChangesNothing(): Promise<string[]> {
    const pipeline = this.#pipeline;
    const machine = pipeline.stack.outputs['StateMachineArn'] ?? '';
    const { clock } = pipeline.sandbox.world;
    await clock.sleep(3_600_000);
    const before = this.#changes;
    const redriven = await redriveDead(pipeline, machine, this.#begun.executions);
    if (redriven.length === 0) return [];
    await this.#untilEnded(clock.now());
    await clock.sleep(SETTLED_MS[0]);
    const owner = await pipeline.lockOwner();
    const open = (await pipeline.items()).filter(({ pk }) => pk === 'open' || pk === 'queue');
    const moved = this.#changes === before ? [] : [`${this.#changes - before} changes in Lambda`];
    const left = [...moved, ...(owner ? [`lock held by ${owner}`] : []), ...open.map(({ pk, sk }) => `${pk} ${sk}`)];
    return left.length === 0 ? [] : [`redriven after a later release: ${left.join(', ')}`];
  }
}

interface HistoryEvent {
  readonly type: string;
  readonly timestamp: Date;
  readonly stateEnteredEventDetails?: { readonly name: string };
}

async function historyOf({ sandbox }: Pipeline, { executionArn }: Execution): Promise<readonly HistoryEvent[]> {
  const input = { executionArn, maxResults: 1000 };
  const account = { kind: 'account' } as const;
  const answer = await sandbox.world.call<{ events: HistoryEvent[] }>('SFN', 'GetExecutionHistory', input, account);
  return answer.events;
}

const TELLERS = /^(NotifyRollback|RejectRelease|Reconcile|CompleteRollout|CloseGroup)$/;

function strikesWhoTells(fault: Fault): boolean {
  return TELLERS.test('call' in fault ? fault.call.role : 'state' in fault ? fault.state : '');
}

function snsNotice(message = '{}'): Told {
  const { outcome, execution, notReverted = [] } = JSON.parse(message) as Told & { notReverted?: unknown[] };
  return { channel: 'sns', outcome, execution, rest: notReverted.length > 0 };
}
