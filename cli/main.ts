import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { BacktestOptions } from './commands/backtest.ts';
import type { ConnectionOptions } from './connection.ts';
import type { AdoptOptions } from './commands/adopt.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { DemoOptions } from './demo/demo.ts';
import type { HistoryOptions } from './commands/history.ts';
import type { PlanOptions } from './commands/plan.ts';
import type { PolicyOptions } from './commands/policy.ts';
import type { ReleaseOptions } from './commands/release.ts';
import type { RestoreOptions } from './commands/restore.ts';
import type { SandboxOptions } from './commands/sandbox.ts';
import type { StatusOptions } from './commands/status.ts';
import type { WatchOptions } from './commands/watch.ts';
import { contextFor, fail, targeted } from './command-line.ts';
import { FAILED, inOneLine, USAGE, Failure } from './failure.ts';
import { addFreezes } from './freezes.ts';
import { addPeople } from './people.ts';
import { addGroups } from './group-commands.ts';
import { addRehearsals } from './rehearsals.ts';
import { addWaysBack } from './ways-back.ts';

/**
 * Runs the command line and returns its exit code: 0 when all went well, 1 when something failed, 2 when the command line
 * itself is wrong. What a command needs is loaded when it runs, so that help is quick.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    process.stderr.write(`weighbridge: ${inOneLine(error)}\n`);
    if (process.env.WEIGHBRIDGE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return error instanceof Failure ? error.exitCode : FAILED;
  }
}

function program(): Command {
  const root = new Command('weighbridge')
    .description('Releases Lambda functions: immutable versions, measured traffic shifts, rollback in seconds.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'weighbridge: ')) })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true });
  addDemo(root);
  addSandbox(root);
  addRelease(root);
  addViews(root);
  addForecasts(root);
  addPolicy(root);
  addPeople(root);
  addWaysBack(root);
  addFreezes(root);
  addRehearsals(root);
  addGroups(root);
  addCare(root);
  return root;
}

function addDemo(root: Command): void {
  root
    .command('demo')
    .description('Show the main job in a sandbox: good releases are promoted, a bad one is rolled back')
    .option('--speed <factor>', 'sandbox minutes in one real minute of waiting', positive, 60)
    .option('--traffic <rps>', 'requests a second that users send, in sandbox time', positive, 10)
    .option('--stay', 'keep the sandbox up afterwards, until Ctrl-C', process.stdout.isTTY === true)
    .option('--no-stay', 'end when the releases have')
    .action(async (options: DemoOptions) => {
      const { demo } = await import('./demo/demo.ts');
      fail(!(await demo(options)));
    });
}

function addSandbox(root: Command): void {
  root
    .command('sandbox')
    .description('Run the whole pipeline on this machine: AWS services, the stack and an example function')
    .option('--port <port>', 'port on 127.0.0.1; 0 for any free one', wholeNumber, 4566)
    .option('--clock <clock>', 'real, or compressed=N for N minutes in one', 'real')
    .option('--data <folder>', 'keep the state in a folder instead of in memory')
    .option('--traffic <rps>', 'requests a second to the example function; 0 for none', positive, 0)
    .option('--function <name...>', 'functions of your own to make ready for releases, beside the example')
    .option('--no-rate-limits', "let every call through; else the account's rate limits hold, as on AWS")
    .action(async (options: SandboxOptions) => {
      const { sandbox } = await import('./commands/sandbox.ts');
      await sandbox(options);
    });
}

function addRelease(root: Command): void {
  const command = root
    .command('release')
    .description('Release a deployment package')
    .argument('<zip>', "the function's code, with its handler at the root")
    .requiredOption('--function <name>', 'the Lambda function')
    .requiredOption('--version <version>', 'semantic version, newer than what is released')
    .option('--notes <text>', 'what is new, for people')
    .option('--contract <file>', 'JSON file with sample events and the answers expected to them')
    .option('--emergency <why>', 'begin during a freeze and outside the windows; who and why is recorded and told')
    .option('--expedite <why>', 'take over from an older rollout, and go ahead of all that wait')
    .option('--watch', 'follow the rollouts; exit 1 unless every environment is reached');
  targeted(command).action(async (zip: string, options: ReleaseOptions & ConnectionOptions) => {
    const { release } = await import('./commands/release.ts');
    fail(!(await release(zip, options, await contextFor(options))));
  });
}

function addViews(root: Command): void {
  const status = root.command('status').description('Show what every environment serves, and rollouts under way');
  targeted(status.option('--function <name>', 'one function only')).action(
    async (options: StatusOptions & ConnectionOptions) => {
      const { status: run } = await import('./commands/status.ts');
      await run(options, await contextFor(options));
    },
  );
  const history = root.command('history').description('Show past rollouts, newest first');
  history.option('--function <name>', 'one function only').option('--limit <n>', 'how many', wholeNumber, 20);
  history.option('--verify', 'check the evidence of all of them instead; exit 1 if anything was changed');
  targeted(history).action(async (options: HistoryOptions & ConnectionOptions) => {
    const { history: run } = await import('./commands/history.ts');
    fail(!(await run(options, await contextFor(options))));
  });
  const watch = root.command('watch').description('Follow a rollout: states, shares, verdicts with their figures');
  watch.option('--group <name>', 'the newest release of this group, with all of its members');
  watch.argument('[execution]', "ARN of the state machine's execution; the newest one when absent");
  targeted(watch.option('--function <name>', 'the newest execution of this function')).action(
    async (execution: string | undefined, options: WatchOptions & ConnectionOptions) => {
      const { watch: run } = await import('./commands/watch.ts');
      fail(!(await run(execution, options, await contextFor(options))));
    },
  );
}

function addForecasts(root: Command): void {
  const plan = root.command('plan').description('Tell how a release will go with the traffic that there is');
  plan
    .requiredOption('--function <name>', 'the Lambda function')
    .option('--environment <name>', 'one environment only');
  plan.option('--hours <n>', 'how far back to look at the traffic', hours, 24);
  targeted(plan).action(async (options: PlanOptions & ConnectionOptions) => {
    const { plan: run } = await import('./commands/plan.ts');
    await run(options, await contextFor(options));
  });
  const backtest = root
    .command('backtest')
    .description('Judge past rollouts again by other rules, from their evidence');
  backtest
    .requiredOption('--function <name>', 'the Lambda function')
    .option('--environment <name>', 'one environment only')
    .option('--policy <file>', 'the policy to try; the stored one when absent')
    .option('--limit <n>', 'how many rollouts, newest first', wholeNumber, 20);
  targeted(backtest).action(async (options: BacktestOptions & ConnectionOptions) => {
    const { backtestRollouts } = await import('./commands/backtest.ts');
    await backtestRollouts(options, await contextFor(options));
  });
}

function addPolicy(root: Command): void {
  const policy = root.command('policy').description("Read and write a function's release policy");
  const put = policy.command('put').description('Check a policy and store it').argument('<file>', 'JSON file');
  targeted(put.requiredOption('--function <name>', 'the Lambda function')).action(
    async (file: string, options: PolicyOptions & ConnectionOptions) => {
      const { policyPut } = await import('./commands/policy.ts');
      await policyPut(file, options, await contextFor(options));
    },
  );
  const show = policy.command('show').description('Show the policy and its plan');
  targeted(show.requiredOption('--function <name>', 'the Lambda function')).action(
    async (options: PolicyOptions & ConnectionOptions) => {
      const { policyShow } = await import('./commands/policy.ts');
      await policyShow(options, await contextFor(options));
    },
  );
  const schema = policy.command('schema').description('Print the JSON Schema of policies');
  schema.action(async () => {
    const { policySchema } = await import('./commands/policy.ts');
    const { createOutput } = await import('./output.ts');
    policySchema(createOutput());
  });
}

function addCare(root: Command): void {
  const doctor = root.command('doctor').description('Check that everything a release needs is in order; exit 1 if not');
  const what = 'in a sandbox: what the runs used of what they were granted, and what was refused';
  targeted(doctor.option('--permissions', what)).action(async (options: DoctorOptions & ConnectionOptions) => {
    const { doctor: run } = await import('./commands/doctor.ts');
    fail(!(await run(options, await contextFor(options))));
  });
  const adopt = root
    .command('adopt')
    .description('Accept what an alias serves as the current release, after somebody moved it by hand')
    .requiredOption('--function <name>', 'the Lambda function')
    .requiredOption('--environment <name>', 'the environment')
    .option('--release <version>', 'which release it is, when the ledger does not know its code')
    .option('--why <text>', 'the reason, for the record');
  targeted(adopt).action(async (options: AdoptOptions & ConnectionOptions) => {
    const { adopt: run } = await import('./commands/adopt.ts');
    await run(options, await contextFor(options));
  });
  const restore = root
    .command('restore')
    .description('Put an alias that somebody moved by hand back where the ledger says it belongs')
    .requiredOption('--function <name>', 'the Lambda function')
    .requiredOption('--environment <name>', 'the environment')
    .requiredOption('--why <text>', 'the reason, for the record');
  targeted(restore).action(async (options: RestoreOptions & ConnectionOptions) => {
    const { restore: run } = await import('./commands/restore.ts');
    await run(options, await contextFor(options));
  });
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`expected a whole number, got ${JSON.stringify(text)}`);
}

function hours(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= 360) return value;
  throw new InvalidArgumentError(`expected hours, more than 0 and at most 360, got ${JSON.stringify(text)}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError(`expected a number from 0 on, got ${JSON.stringify(text)}`);
}
