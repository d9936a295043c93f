import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { buildExample, exampleManifest, type ExampleVersion } from '../../examples/orders/build.ts';
import { orderEvent } from '../../examples/orders/traffic.ts';
import { startTraffic, type Traffic } from '../../sandbox/traffic/start-traffic.ts';
import { release } from '../commands/release.ts';
import { explainSandbox } from '../commands/sandbox.ts';
import { contextOf, type Context } from '../context.ts';
import { newestExecution, stepFunctions } from '../executions.ts';
import { EXAMPLE_FUNCTION, type LocalSandbox, startLocalSandbox } from '../local-sandbox.ts';
import { announceSandbox, forgetSandbox } from '../sandbox-file.ts';
import { readAlias } from './alias.ts';
import { asExpected, type Expected, type ReleaseResult, resultsInWords } from './outcome.ts';
import { startWebhook, type Webhook } from './webhook.ts';

export interface DemoOptions {
  /** Sandbox minutes in one real minute while nothing but waiting happens. */
  readonly speed: number;
  /** Requests that users send, per sandbox second. */
  readonly traffic: number;
  /** Keep the sandbox up afterwards, until Ctrl-C. */
  readonly stay: boolean;
}

interface Stage {
  readonly local: LocalSandbox;
  readonly webhook: Webhook;
  readonly traffic: Traffic;
  readonly context: Context;
  /** Where the zips are put. */
  readonly folder: string;
}

/** The releases, in order, and what each has to come to. */
const SCENES: readonly { readonly version: ExampleVersion; readonly expected: Expected; readonly words: string }[] = [
  { version: '1.0.0', expected: 'promoted', words: 'the first release' },
  { version: '1.1.0', expected: 'promoted', words: 'a good release' },
  { version: '1.2.0', expected: 'rolled back', words: 'a release that fails on a few per cent of the requests' },
];

/**
 * The main job, end to end, in a sandbox of its own: three releases of the example, uploaded with the command line's own
 * code, while users send requests. Nothing in it knows how it will end; what happened is read back from the endpoint.
 * @returns whether every release came to what it should.
 */
export async function demo(options: DemoOptions): Promise<boolean> {
  const stopped = options.stay ? untilStopped() : undefined;
  const stage = await setUp(options);
  const { out } = stage.context;
  try {
    const results: ReleaseResult[] = [];
    for (const scene of SCENES) results.push(await play(scene, stage));
    out.line();
    for (const line of resultsInWords(results)) out.line(line);
    const good = results.every(asExpected);
    out.line();
    out.line(good ? pc.green('Every release ended as it should.') : pc.red('Not every release ended as it should.'));
    if (stopped) await stay(stage, options, stopped);
    return good;
  } finally {
    await tearDown(stage);
  }
}

async function setUp({ speed, traffic: ratePerSecond }: DemoOptions): Promise<Stage> {
  const say = (what: string): void => void process.stderr.write(`${what} …\n`);
  const local = await startLocalSandbox({ clock: { kind: 'compressed', factor: speed }, port: 0, onStep: say });
  const webhook = await startWebhook();
  const { world, url } = local.sandbox;
  const context = contextOf({ sandbox: url });
  await pointSlackAt(webhook, local);
  const traffic = startTraffic(world, {
    function: EXAMPLE_FUNCTION,
    qualifier: 'production',
    ratePerSecond,
    payload: orderEvent,
  });
  announceSandbox(process.cwd(), { url, pid: process.pid, region: world.region, accountId: world.accountId });
  const folder = await mkdtemp(join(tmpdir(), 'weighbridge-demo-'));
  return { local, webhook, traffic, context, folder };
}

async function tearDown({ local, webhook, traffic, folder }: Stage): Promise<void> {
  forgetSandbox(process.cwd());
  await traffic.stop();
  await local.sandbox.close();
  await webhook.close();
  await rm(folder, { recursive: true, force: true });
}

/** Puts the local webhook's URL into the secret that the stack made for it, as a user would put Slack's. */
async function pointSlackAt(webhook: Webhook, { sandbox, outputs }: LocalSandbox): Promise<void> {
  const { PutSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const secrets = new SecretsManagerClient(sandbox.clientConfig);
  await secrets.send(new PutSecretValueCommand({ SecretId: outputs['SlackSecretArn'], SecretString: webhook.url }));
}

async function play({ version, expected, words }: (typeof SCENES)[number], stage: Stage): Promise<ReleaseResult> {
  const { context, traffic, webhook, local } = stage;
  context.out.line();
  context.out.line(pc.bold(`${EXAMPLE_FUNCTION} ${version}: ${words}`));
  const [before, seen, told] = [await readAlias(local), traffic.stats(), webhook.received.length];
  const { zip, contract } = await written(version, stage.folder);
  const succeeded = await release(zip, { function: EXAMPLE_FUNCTION, version, contract, watch: true }, context);
  const [after, sent] = [await readAlias(local), traffic.stats()];
  return {
    version,
    expected,
    outcome: await outcomeOf(stage),
    succeeded,
    serving: after.version,
    servedBefore: before.version,
    alias: after.words,
    requests: sent.sent - seen.sent,
    failed: sent.failed - seen.failed,
    messages: webhook.received.slice(told),
  };
}

async function written(version: ExampleVersion, folder: string): Promise<{ zip: string; contract: string }> {
  const zip = join(folder, `${EXAMPLE_FUNCTION}-${version}.zip`);
  const contract = join(folder, `${version}.json`);
  await writeFile(zip, await buildExample(version));
  await writeFile(contract, await exampleManifest(version));
  return { zip, contract };
}

async function outcomeOf({ context, local }: Stage): Promise<string> {
  const client = await stepFunctions(context.connection);
  const found = await newestExecution(client, local.outputs['StateMachineArn'] ?? '', EXAMPLE_FUNCTION);
  return found?.outcome ?? found?.status ?? 'no execution';
}

async function stay({ local, context }: Stage, { speed, traffic }: DemoOptions, stopped: Promise<void>): Promise<void> {
  context.out.line();
  explainSandbox(local, { clock: `compressed=${speed}`, traffic }, context.out);
  await stopped;
  context.out.remark('stopping …');
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
