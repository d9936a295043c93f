import { IdempotencyConfig, IdempotencyItemAlreadyExistsError } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { idempotencyKey } from '../../functions/runtime.ts';
import type { Step } from '../../infra/steps.ts';
import { sizingOf } from '../../infra/steps.ts';
import type { Pipeline } from '../support/pipeline.ts';

/** How long the record takes to be written before the invocation that meets it goes on, in ms. */
const BEFORE_MS = 100;

/**
 * An earlier invocation of the same visit of a Task has vanished, as when the machine that ran it was lost: it has written
 * that it works on it, and nothing more is heard of it. The next invocation, the n-th of that step, finds that record.
 */
export function leaveInProgress(pipeline: Pipeline, state: string, nth: number): void {
  const match = { service: 'Lambda', operation: 'Invoke', function: pipeline.functionOf(state) } as const;
  const action = { kind: 'delay', ms: BEFORE_MS, when: 'before' } as const;
  let seen = 0;
  pipeline.sandbox.faults.add({ on: 'call', match, action }, ({ input }) => {
    if (seen++ !== nth) return false;
    void write(pipeline, state, (input as { Payload?: Uint8Array | string }).Payload);
    return true;
  });
}

async function write(pipeline: Pipeline, state: string, payload: Uint8Array | string = '{}'): Promise<void> {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8');
  const key = idempotencyKey(state, JSON.parse(text));
  if (key === undefined) return;
  const layer = new DynamoDBPersistenceLayer({
    tableName: pipeline.resource(/Idempotency/),
    awsSdkV3Client: new DynamoDBClient(pipeline.clientConfig),
  });
  layer.configure({ config: new IdempotencyConfig({ expiresAfterSeconds: 24 * 3600 }), keyPrefix: state });
  const lifetime = sizingOf(state as Step).timeoutSeconds * 1000;
  await pipeline.sandbox.world.clock.held('request', () => layer.saveInProgress(key, lifetime)).catch(alreadyThere);
}

/** Something else that goes wrong in the same run has had the step begin before. */
function alreadyThere(cause: unknown): void {
  if (!(cause instanceof IdempotencyItemAlreadyExistsError)) throw cause;
}
