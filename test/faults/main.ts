import { fork } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from '../../scripts/compile.mjs';
import { OUTCOMES, strategiesOf } from './scenarios.ts';
import { reportOf } from './report.ts';
import type { Job, JobResult } from './worker.ts';

/**
 * Plays every fault at every place of every scenario, then pairs of faults, and prints what was visited and what broke.
 * Resumable: results are appended to a file as they come, and jobs that are in it are not played again. Exit code 1 when
 * anything broke an invariant.
 *
 *   npm run faults -- [--out faults.jsonl] [--workers 2] [--pairs 10000] [--seed 1] [--minutes 60] [--strategy canary]
 *     [--outcome promoted] [--kinds stopBefore,stopAfter] [--only-pairs]
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'faults.jsonl' },
    workers: { type: 'string', default: '2' },
    pairs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    strategy: { type: 'string' },
    outcome: { type: 'string' },
    kinds: { type: 'string' },
    'only-pairs': { type: 'boolean', default: false },
  },
});

/** Every scenario's first share comes before any second one: a run that is cut short has looked everywhere. */
const SHARDS = 8;
const PAIRS_A_JOB = 50;

const kinds = values.kinds === undefined ? {} : { kinds: values.kinds.split(',') };

const scenarios = OUTCOMES.filter((name) => isAsked(name, values.outcome)).flatMap((outcome) =>
  strategiesOf(outcome)
    .filter((name) => isAsked(name, values.strategy))
    .map((strategy) => ({ strategy, outcome, ...kinds })),
);

/** Whether a comma-separated list names it; without a list everything is asked for. */
function isAsked(name: string, list: string | undefined): boolean {
  return list === undefined || list.split(',').includes(name);
}

function allJobs(): Job[] {
  const singles = Array.from({ length: SHARDS }, (_, shard) =>
    scenarios.map((one) => ({ ...one, kind: 'singles', shard, of: SHARDS }) as const),
  ).flat();
  const count = Math.ceil(Number(values.pairs) / PAIRS_A_JOB);
  const pairs = Array.from({ length: count }, (_, n): Job => {
    const one = scenarios[n % scenarios.length] as (typeof scenarios)[number];
    return { ...one, kind: 'pairs', seed: Number(values.seed) * 1_000_003 + n, count: PAIRS_A_JOB };
  });
  return values['only-pairs'] ? pairs : [...singles, ...pairs];
}

function done(): JobResult[] {
  if (!existsSync(values.out)) return [];
  const lines = readFileSync(values.out, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as JobResult);
}

async function main(): Promise<void> {
  const known = new Set(done().map(({ job }) => JSON.stringify(job)));
  const waiting = allJobs().filter((job) => !known.has(JSON.stringify(job)));
  const until = Date.now() + Number(values.minutes) * 60_000;
  const began = Date.now();
  const env = { ...process.env, POWERTOOLS_LOG_LEVEL: 'SILENT', CDK_VALIDATION: 'false' };
  const compiled = fileURLToPath(await compile('test/faults/worker.ts'));
  let [runs, rollouts] = [0, 0];
  const worker = async (): Promise<void> => {
    const child = fork(compiled, { execArgv: ['--max-semi-space-size=32'], env });
    for (let job = waiting.shift(); job && Date.now() < until; job = waiting.shift()) {
      child.send(job);
      const result = await new Promise<JobResult>((resolve, reject) => {
        child.once('message', (message) => resolve(message as JobResult));
        child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
      });
      child.removeAllListeners('exit');
      appendFileSync(values.out, `${JSON.stringify(result)}\n`);
      runs += result.runs;
      rollouts += result.rollouts;
    }
    child.disconnect();
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, worker));
  const results = done();
  for (const line of reportOf(results)) console.log(line);
  if (results.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
  const seconds = (Date.now() - began) / 1000;
  const perSecond = `${(runs / seconds).toFixed(1)} runs and ${(rollouts / seconds).toFixed(1)} rollouts a second`;
  console.log(`${runs} runs in ${seconds.toFixed(0)} s: ${perSecond}`);
}

await main();
