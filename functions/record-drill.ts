import { failuresInWords } from '../domain/drill/assess.ts';
import { DRILL_ENVIRONMENT } from '../domain/drill/drill.ts';
import { recordDrillInput, type RecordDrillInput } from './drill/inputs.ts';
import { drillLock } from './drill/lock.ts';
import type { DrillStatus } from './drill/records.ts';
import type { Ports } from './ports.ts';
import { causeInWords } from './rollout/failure.ts';
import { defineStep, serve } from './runtime.ts';

/** How a drill ended; `cause` becomes the execution's where it failed. */
export interface Recorded {
  readonly status: DrillStatus;
  readonly cause: string;
}

type Needs = Pick<Ports, 'ledger' | 'drills' | 'notifier'>;

/**
 * Writes down how the drill ended, lets the next one begin, and tells people when it failed: what they rely on in an
 * emergency does not work. Safe to repeat.
 */
export async function recordDrill(input: RecordDrillInput, ports: Needs): Promise<Recorded> {
  const { function: name, execution, step, result, traffic, baseline, candidate } = input;
  const status = result?.passed && !input.failure ? 'passed' : 'failed';
  const cause = status === 'passed' ? '' : causeOf(input);
  await ports.drills.end(
    { startedAt: execution.startedAt, execution: execution.id },
    {
      status,
      endedAt: new Date(step.now).toISOString(),
      traffic,
      ...result,
      ...(baseline && { baseline: baseline.release }),
      ...(candidate && { candidate: candidate.version }),
      ...(cause && { reason: cause }),
    },
  );
  await ports.ledger.freeLock(drillLock(name), execution.id);
  if (status === 'failed') await tell(input, cause, ports);
  return { status, cause };
}

/** What went wrong with the drill itself comes before what it found. */
function causeOf({ result, failure }: RecordDrillInput): string {
  const found = result ? failuresInWords(result) : '';
  const words = [failure ? causeInWords(failure) : '', found].filter(Boolean).join('; ');
  return `the fire drill failed: ${words}`;
}

async function tell(input: RecordDrillInput, reason: string, { notifier }: Needs): Promise<void> {
  const { function: name, baseline, candidate, execution } = input;
  const parties = { function: name, environment: DRILL_ENVIRONMENT, release: candidate?.version ?? '-' };
  const id = `${execution.name}/drillFailed`;
  const versions = { stable: baseline?.lambdaVersion, candidate: undefined };
  await notifier.tell({ id, outcome: 'drillFailed', ...parties, ...versions, reason, execution: execution.id }, null);
}

export const step = defineStep({ state: 'RecordDrill', input: recordDrillInput, mutates: true, run: recordDrill });
export const handler = serve(step);
