import { parseArgs } from 'node:util';
import type { EnvironmentPolicy } from '../domain/policy.ts';
import { type FleetResult, releaseFleet } from './fleet/release-fleet.ts';

const POLICY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 5 },
  onInconclusive: 'promote',
};

/**
 * Releases many functions at the same moment with the account's rate limits enforced, and says how long it took:
 * `node --import tsx bench/fleet.ts [--sizes 1,50,100,200] [--json]`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { sizes: { type: 'string', default: '1,50,100,200' }, json: { type: 'boolean', default: false } },
  });
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  const results: (FleetResult & { realSeconds: number })[] = [];
  for (const size of values.sizes.split(',').map(Number)) {
    const began = performance.now();
    const result = await releaseFleet({ size, policy: POLICY });
    results.push({ ...result, realSeconds: Math.round((performance.now() - began) / 1000) });
    process.stderr.write(`${JSON.stringify(results.at(-1))}\n`);
  }
  process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : table(results));
}

function table(results: readonly (FleetResult & { realSeconds: number })[]): string {
  const rows = results.map(({ size, promoted, seconds, letIn, refused, failedTasks }) => {
    const repeated = Object.values(failedTasks).reduce((sum, one) => sum + one, 0);
    return `| ${[size, promoted, size - promoted, seconds, letIn, refused, repeated].join(' | ')} |`;
  });
  const head = [
    'functions at once',
    'promoted',
    'not',
    'seconds until the last',
    'calls let in',
    'refused',
    'steps repeated',
  ];
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---:|').join('')}`, ...rows, ''].join('\n');
}

await main();
