import type { Connection, StackOutputs } from '../../cli/connection.ts';
import { createOutput } from '../../cli/output.ts';
import { order } from '../../cli/commands/order.ts';
import { rollback } from '../../cli/commands/rollback.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import type { Pipeline } from '../support/pipeline.ts';
import { NEWER, type Scenario } from './scenarios.ts';

/** What a person does once its moment has come; `release` and `expedite` upload a newer release. */
export type Deed = 'approve' | 'reject' | 'stop' | 'abort' | 'rollBack' | 'release' | 'expedite';

/** Whoever does what a scenario says, the first time that there is an occasion to. */
export class Person {
  readonly #deed: Deed | undefined;
  #done = false;

  constructor({ deed }: Pick<Scenario, 'deed'>) {
    this.#deed = deed;
  }

  async look(pipeline: Pipeline): Promise<void> {
    if (this.#done || !this.#deed) return;
    const running = (await pipeline.rollouts()).filter(({ status }) => status === 'running');
    const asked = this.#deed === 'approve' || this.#deed === 'reject';
    const rollout = running.find(({ phase, share = 0 }) => (asked ? phase === 'held' : share > 0));
    if (!rollout) return;
    this.#done = true;
    await DEEDS[this.#deed](pipeline, rollout);
  }
}

const DEEDS: Readonly<Record<Deed, (pipeline: Pipeline, rollout: RolloutRecord) => Promise<void>>> = {
  approve: (pipeline, held) => pipeline.decide(held, 'approve').catch(late),
  reject: (pipeline, held) => pipeline.decide(held, 'reject').catch(late),
  async stop({ sandbox }, { execution: executionArn }) {
    await sandbox.world.call('SFN', 'StopExecution', { executionArn }, { kind: 'account' });
  },
  abort: (pipeline) => command(pipeline, (context) => order('abort', { function: 'orders', why: 'slow' }, context)),
  rollBack: (pipeline) =>
    command(pipeline, (context) => rollback({ function: 'orders', to: '1.0.0', why: 'no VAT' }, context)),
  release: (pipeline) => pipeline.upload(NEWER),
  async expedite(pipeline) {
    await pipeline.uploadManifest(NEWER, JSON.stringify({ expedite: { by: 'ana', why: 'checkout is down' } }));
    await pipeline.upload(NEWER);
  },
};

/** A token that timed out meanwhile is no matter: the decision is written down before it is answered. */
function late(cause: unknown): void {
  if (!(cause instanceof Error) || !/^Task(TimedOut|DoesNotExist)$/.test(cause.name)) throw cause;
}

type Context = Parameters<typeof order>[2];

/** The command line's own code, against the sandbox; what it refuses (exit 1) is refused here too. */
async function command(pipeline: Pipeline, run: (context: Context) => Promise<unknown>): Promise<void> {
  const { clientConfig, stack } = pipeline;
  const connection: Connection = {
    target: { kind: 'aws', clientConfig },
    clientConfig,
    stackName: 'Weighbridge',
    outputs: async () => stack.outputs as unknown as StackOutputs,
    describe: async () => 'the sandbox',
    caller: async () => 'arn:aws:iam::123456789012:user/ana',
  };
  const silent = { write: () => undefined };
  const out = createOutput(silent, silent);
  const context = { out, connection, signal: new AbortController().signal };
  await pipeline.sandbox.world.clock.held('request', () => run(context)).catch(refused);
}

function refused(cause: unknown): void {
  if (!(cause instanceof Error) || cause.name !== 'Failure') throw cause;
}
