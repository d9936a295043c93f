import { writeFileSync } from 'node:fs';
import { CALLS_PAGE, callsPage } from './fleet/calls-page.ts';

/** Counts the calls of a rollout by state and strategy, and writes the table into docs/operations/rate-limits.md. */
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
writeFileSync(CALLS_PAGE, await callsPage());
