import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { Host } from './host.ts';

/** Structured log lines of one step; each carries release, rollout, execution and tick. */
export interface StepLogger {
  begin(event: unknown, context: Context): void;
  done(output: unknown): void;
  failed(error: Error): void;
}

interface Identified {
  release?: { function?: string; version?: string } | null;
  rollout?: { id?: string } | null;
  execution?: { id?: string };
  step?: { tick?: number };
  detail?: { executionArn?: string };
}

/** One Powertools logger, keyed anew for every invocation. */
export function stepLogger(state: string, host: Host): StepLogger {
  const logger = new Logger({ serviceName: host.optional('POWERTOOLS_SERVICE_NAME') ?? 'weighbridge' });
  return {
    begin(event, context) {
      const { release, rollout, execution, step, detail } = (event ?? {}) as Identified;
      logger.resetKeys();
      logger.addContext(context);
      logger.appendKeys({
        state,
        release: release ? `${release.function} ${release.version}` : null,
        rollout: rollout?.id ?? null,
        execution: execution?.id ?? detail?.executionArn ?? null,
        tick: step?.tick ?? null,
      });
      logger.info(`${state} begins`);
    },
    done: (output) => logger.info(`${state} is done`, { output: output as object }),
    failed: (error) => logger.error(`${state} failed: ${error.message}`, error),
  };
}
