import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the fault harness did in a while: whole rollouts, each with a fault, each checked afterwards. */
export interface Harness {
  readonly runs: number;
  /**
   * Executions of the state machine in these runs: some scenarios have two or more, and every fourth run a good release
   * at its end.
   */
  readonly rollouts: number;
  readonly violations: number;
  readonly workers: number;
  readonly wallSeconds: number;
  /** Of the workers, in all. */
  readonly cpuSeconds: number;
}

/** What is read of a line that the harness writes. */
interface JobResult {
  readonly runs: number;
  readonly rollouts: number;
  readonly cpu: number;
  readonly violations: readonly unknown[];
}

const HARNESS = fileURLToPath(new URL('../../test/faults/main.ts', import.meta.url));

/**
 * Lets the fault harness play pairs of faults, as its users do, for that many minutes and until its last jobs end: those take
 * the scenarios in turn, short ones and long ones.
 */
export async function measureHarness(minutes: number, workers = 2): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'weighbridge-bench-'));
  const out = join(folder, 'faults.jsonl');
  try {
    const asked = ['--workers', String(workers), '--minutes', String(minutes), '--only-pairs'];
    const options = ['--out', out, ...asked];
    const began = performance.now();
    await run(['--import', 'tsx', HARNESS, ...options]);
    const wallSeconds = (performance.now() - began) / 1000;
    const jobs = readFileSync(out, 'utf8').split('\n').filter(Boolean);
    const results = jobs.map((line) => JSON.parse(line) as JobResult);
    const sum = (of: (one: JobResult) => number) => results.reduce((all, one) => all + of(one), 0);
    const violations = sum((one) => one.violations.length);
    const [runs, rollouts, cpuSeconds] = [sum((one) => one.runs), sum((one) => one.rollouts), sum((one) => one.cpu)];
    return { runs, rollouts, violations, workers, wallSeconds, cpuSeconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`expected the fault harness to end well, got exit code ${code}`)),
    );
  });
}
