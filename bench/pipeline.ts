import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { type Concurrency, measureConcurrency } from './pipeline/concurrency.ts';
import { measureCosts } from './pipeline/costs.ts';
import { measureHarness } from './pipeline/harness.ts';
import { tablesOf } from './pipeline/page.ts';
import { measureRecoveries } from './pipeline/recover.ts';

const PAGE = fileURLToPath(new URL('../docs/benchmarks/pipeline.md', import.meta.url));

/**
 * Measures recovery, costs and throughput of the pipeline, and fills them into docs/benchmarks/pipeline.md:
 * `npm run bench:pipeline -- [--sizes 1,10,100,1000] [--rollbacks 8] [--minutes 1]`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1,10,100,1000' },
      rollbacks: { type: 'string', default: '8' },
      minutes: { type: 'string', default: '1' },
      /** For this program itself: measures one size in a process of its own. */
      one: { type: 'string' },
    },
  });
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  if (values.one !== undefined) {
    process.stdout.write(JSON.stringify(await measureConcurrency(Number(values.one))));
    return;
  }
  say('recovery');
  const recoveries = await measureRecoveries(Number(values.rollbacks));
  say('costs');
  const { costs, recovery } = await measureCosts();
  say('the fault harness');
  const harness = await measureHarness(Number(values.minutes));
  const concurrency: Concurrency[] = [];
  for (const size of values.sizes.split(',')) {
    concurrency.push(inProcessOfItsOwn(size));
    await fill(tablesOf({ costs, recovery, recoveries, harness, concurrency }));
  }
}

function inProcessOfItsOwn(size: string): Concurrency {
  say(`${size} at once`);
  const args = ['--import', 'tsx', fileURLToPath(import.meta.url), '--one', size];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`expected ${size} rollouts at once to be measured, got exit code ${status}`);
  return JSON.parse(stdout) as Concurrency;
}

/** Puts each table between its marks; what is said around them is written by hand. */
async function fill(tables: Readonly<Record<string, string>>): Promise<void> {
  let page = readFileSync(PAGE, 'utf8');
  for (const [name, text] of Object.entries(tables)) {
    const marks = new RegExp(`(<!-- ${name}: begin -->\n)[\\s\\S]*(<!-- ${name}: end -->)`);
    if (!marks.test(page)) throw new Error(`expected ${PAGE} to mark where its table ${name} begins and ends`);
    page = page.replace(marks, (_, begin: string, end: string) => `${begin}\n${text}\n${end}`);
  }
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

function say(what: string): void {
  process.stderr.write(`${what} …\n`);
}

await main();
