import { makeIdempotent, IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { asDomainError } from './aws/errors.ts';
import { type Host, lambdaHost } from './aws/host.ts';
import { stepLogger, type StepLogger } from './aws/logging.ts';
import { createPorts } from './aws/ports.ts';
import { parseInput } from './inputs.ts';
import type { Ports } from './ports.ts';

/** A step of the state machine: what it reads, what it needs and whether it changes anything. */
export interface Step<I, O> {
  /** The Task state's name. */
  readonly state: string;
  readonly input: z.ZodType<I>;
  /** Mutating steps are remembered by execution, state, environment and tick, so that a retry changes nothing. */
  readonly mutates: boolean;
  /** Goes before others where AWS throttles: what restores service. */
  readonly urgent?: boolean;
  readonly run: (input: I, ports: Ports) => Promise<O>;
}

export type StepHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Names a step; has no effect of its own. */
export function defineStep<I, O>(step: Step<I, O>): Step<I, O> {
  return step;
}

/**
 * Makes the Lambda handler of a step. Nothing is created before the first invocation. Errors leave it as domain errors,
 * whose names the state machine matches on.
 */
export function serve<I, O>(step: Step<I, O>, host: Host = lambdaHost()): StepHandler {
  let ready: { ports: Ports; logger: StepLogger; once: ReturnType<typeof remembering<I, O>> } | undefined;
  return async (event, context) => {
    const logger = (ready ??= prepare(step, host)).logger;
    logger.begin(event, context);
    host.begin({ endsAt: Date.now() + context.getRemainingTimeInMillis(), urgent: step.urgent ?? false });
    try {
      const input = parseInput(step.input, step.state, event);
      const key = step.mutates ? idempotencyKey(step.state, event) : undefined;
      const output = key ? await ready.once(key, input, context) : await step.run(input, ready.ports);
      logger.done(output);
      return output;
    } catch (cause) {
      const error = asDomainError(cause);
      logger.failed(error);
      throw error;
    }
  };
}

function prepare<I, O>(step: Step<I, O>, host: Host) {
  const ports = createPorts(host);
  return { ports, logger: stepLogger(step.state, host), once: remembering(step, ports, host) };
}

/** Wraps a step in Powertools idempotency, keyed by the first argument. */
function remembering<I, O>(step: Step<I, O>, ports: Ports, host: Host) {
  const config = new IdempotencyConfig({ expiresAfterSeconds: 24 * 3600 });
  let persistenceStore: DynamoDBPersistenceLayer | undefined;
  return async (key: string, input: I, context: Context): Promise<O> => {
    persistenceStore ??= new DynamoDBPersistenceLayer({
      tableName: host.setting('IDEMPOTENCY_TABLE'),
      awsSdkV3Client: host.dynamoDb(),
    });
    config.registerLambdaContext(context);
    const run = async (_key: string): Promise<O> => step.run(input, ports);
    const once = makeIdempotent(run, { persistenceStore, config, dataIndexArgument: 0, keyPrefix: step.state });
    return once(key);
  };
}

/** `execution#environment#tick`, prefixed with the state by Powertools; undefined where there is no execution. */
export function idempotencyKey(state: string, event: unknown): string | undefined {
  const { execution, step, plan } = event as {
    execution?: { id?: string };
    step?: { tick?: number };
    plan?: { environment?: string } | null;
  };
  if (!execution?.id) return undefined;
  return [execution.id, state, plan?.environment ?? '-', step?.tick ?? 0].join('#');
}
