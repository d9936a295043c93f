import type { BusEvent } from '../../sandbox/core/world.ts';
import { Pipeline, type Saved, zipOf } from '../support/pipeline.ts';
import { type Ending, violations } from './invariants.ts';
import { arrange, type Fault, limitExecution, recordCalls, type Recording } from './points.ts';
import { LATER, Person, RELEASE, type Scenario } from './scenarios.ts';
import { Users } from './users.ts';

/** What came of one run. */
export interface Played {
  readonly violations: readonly string[];
  readonly recording: Recording;
  /** Requests of users that failed. */
  readonly failures: number;
  /** How the release's execution ended. */
  readonly status: string;
}

const AT_ONCE = { name: 'production', strategy: { type: 'allAtOnce' } } as const;
const WEEK = 604_800;
const QUIET_MS = 20_000;
/** How long after the last execution the scheduled sweep may take to put everything right; then leases must run out. */
const SETTLED_MS = [11 * 60_000, 40 * 60_000] as const;

interface Beginning {
  readonly saved: Saved;
  readonly older: BusEvent;
}

let beginning: Promise<Beginning> | undefined;

/** Plays a scenario with faults, waits until everything has settled, and checks what must hold. */
export async function play(scenario: Scenario, faults: readonly Fault[] = []): Promise<Played> {
  const { saved, older } = await (beginning ??= inProduction());
  const pipeline = await Pipeline.start({ from: saved });
  try {
    return await new Run(pipeline, scenario).play(faults, older);
  } finally {
    await pipeline.close();
  }
}

/** 1.0.0 is in production. */
async function inProduction(): Promise<Beginning> {
  const pipeline = await Pipeline.start();
  await pipeline.setPolicy([AT_ONCE]);
  const { arn } = await pipeline.release('1.0.0');
  const { input } = await pipeline.sandbox.world.call<{ input: string }>(
    'SFN',
    'DescribeExecution',
    { executionArn: arn },
    { kind: 'account' },
  );
  const event = JSON.parse(input) as { source: string; 'detail-type': string; detail: Record<string, unknown> };
  await pipeline.sandbox.world.clock.sleep(60_000);
  const saved = pipeline.save();
  await pipeline.close();
  return { saved, older: { source: event.source, detailType: event['detail-type'], detail: event.detail } };
}

class Run {
  readonly #pipeline: Pipeline;
  readonly #scenario: Scenario;
  readonly #notices: { channel: 'sns' | 'slack'; outcome: string; execution: string }[] = [];
  #mayTellTwice = false;
  readonly #unqualified: string[] = [];

  constructor(pipeline: Pipeline, scenario: Scenario) {
    this.#pipeline = pipeline;
    this.#scenario = scenario;
    this.#watch();
  }

  async play(faults: readonly Fault[], older: BusEvent): Promise<Played> {
    const pipeline = this.#pipeline;
    const { policy, contract, broken, failing } = this.#scenario;
    const calls = recordCalls(pipeline);
    const mended = broken.map((state) => pipeline.breakStep(state));
    await pipeline.setPolicy([policy]);
    if (contract) await pipeline.uploadManifest(RELEASE, contract);
    this.#mayTellTwice = faults.some(strikesWhoTells);
    for (const fault of faults) await arrange(pipeline, fault, older);
    const users = new Users(pipeline, { perMinute: 600, failing: { '2': failing } });
    const uploaded = pipeline.sandbox.world.clock.now();
    await pipeline.upload(RELEASE, await zipOf({ 'index.mjs': `export const handler = () => '${RELEASE}';` }));
    const seconds = await this.#untilEnded(uploaded);
    const points = [...calls];
    users.stop();
    for (const mend of mended) mend();
    const found = await this.#settled(users.failures);
    pipeline.sandbox.faults.clear();
    found.push(...(await this.#laterWorks()));
    const recording = { calls: points, tasks: await this.#tasks(), seconds };
    const status = (await this.#ending(users.failures)).executions.map(({ status }) => status).join(' ');
    return { violations: found, recording, failures: users.failures, status };
  }

  /** Requests that reach SNS and the functions, as the services saw them. */
  #watch(): void {
    this.#pipeline.sandbox.world.observe(({ service, operation, input, principal, error }) => {
      if (principal.kind !== 'role') return;
      const { Qualifier, FunctionName = '', Message } = input as Record<string, string | undefined>;
      if (service === 'SNS' && operation === 'Publish' && (!error || error === 'SdkClientException'))
        this.#notices.push({
          channel: 'sns',
          ...(JSON.parse(Message ?? '{}') as { outcome: string; execution: string }),
        });
      const ours = service === 'Lambda' && FunctionName.includes('orders');
      if (ours && /^(Invoke|DeleteFunction)$/.test(operation) && !/^[1-9]\d*$/.test(Qualifier ?? ''))
        this.#unqualified.push(`${operation} of ${FunctionName} with qualifier ${Qualifier}`);
    });
  }

  /** Until no execution runs any more; returns the seconds at which something happened. */
  async #untilEnded(uploaded: number): Promise<number[]> {
    const pipeline = this.#pipeline;
    const person = new Person(this.#scenario);
    const { clock } = pipeline.sandbox.world;
    for (let idle = 0; idle < 3;) {
      await clock.sleep(QUIET_MS);
      await person.look(pipeline);
      idle = (await this.#running()) > 0 ? 0 : idle + 1;
      if (clock.now() > uploaded + 60 * 3_600_000) throw new Error('expected the execution to end within 60 hours');
    }
    return this.#secondsSince(uploaded);
  }

  async #running(): Promise<number> {
    return (await this.#executions('RUNNING')).length;
  }

  async #executions(statusFilter?: string) {
    const input = {
      stateMachineArn: this.#pipeline.stack.outputs['StateMachineArn'],
      ...(statusFilter && { statusFilter }),
    };
    const { executions } = await this.#pipeline.sandbox.world.call<{
      executions: { executionArn: string; status: string; startDate: Date }[];
    }>('SFN', 'ListExecutions', input, { kind: 'account' });
    return executions.toReversed();
  }

  /** The executions since the baseline, without the one that brought 1.0.0. */
  async #ours() {
    return (await this.#executions()).slice(1);
  }

  async #history() {
    const [first] = await this.#ours();
    if (!first) return [];
    const { events } = await this.#pipeline.sandbox.world.call<{
      events: { type: string; timestamp: Date; stateEnteredEventDetails?: { name: string } }[];
    }>('SFN', 'GetExecutionHistory', { executionArn: first.executionArn, maxResults: 1000 }, { kind: 'account' });
    return events;
  }

  async #secondsSince(uploaded: number): Promise<number[]> {
    const events = await this.#history();
    return [...new Set(events.map(({ timestamp }) => Math.floor((timestamp.getTime() - uploaded) / 1000)))];
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
    const pipeline = this.#pipeline;
    return {
      alias: await pipeline.alias(),
      lockOwner: await pipeline.lockOwner(),
      items: await pipeline.items(),
      executions: await this.#ours(),
      notices: [...this.#notices, ...slackNotices(pipeline.webhook)],
      mayTellTwice: this.#mayTellTwice,
      unqualified: this.#unqualified,
      versions: await this.#versions(),
      failures,
    };
  }

  async #versions() {
    const { Versions } = await this.#pipeline.sandbox.world.call<{
      Versions: { Version: string; CodeSha256: string }[];
    }>('Lambda', 'ListVersionsByFunction', { FunctionName: 'orders' }, { kind: 'account' });
    return Versions.filter(({ Version }) => Version !== '$LATEST');
  }

  /** A good release comes after it, with nothing in its way. */
  async #laterWorks(): Promise<string[]> {
    const pipeline = this.#pipeline;
    await limitExecution(pipeline, WEEK);
    await pipeline.setPolicy([AT_ONCE]);
    const before = await pipeline.serves();
    const { status, cause, states } = await pipeline.release(LATER);
    const served = await pipeline.serves();
    if (status === 'SUCCEEDED' && Number(served) > Number(before) && (await pipeline.lockOwner()) === '') return [];
    return [`the later release: ${status} in ${states.at(-1)}, alias at ${served} (was ${before}): ${cause}`];
  }
}

const TELLERS = /^(NotifyRollback|RejectRelease|Reconcile|CompleteRollout)$/;

function strikesWhoTells(fault: Fault): boolean {
  return TELLERS.test('call' in fault ? fault.call.role : 'state' in fault ? fault.state : '');
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/was rolled back/, 'rolledBack'],
  [/was refused/, 'rejected'],
  [/put right/, 'reconciled'],
  [/COULD NOT BE ROLLED BACK/, 'rollbackFailed'],
];

/** What the webhook got, in the words of notices. */
function slackNotices(messages: readonly object[]) {
  return messages.map((message) => {
    const text = (message as { text: string }).text;
    const execution = /arn:aws:states:[^"?]*/.exec(JSON.stringify(message).replaceAll('%3A', ':'))?.[0] ?? '';
    return { channel: 'slack' as const, outcome: WORDS.find(([words]) => words.test(text))?.[1] ?? text, execution };
  });
}
