import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { lambdaHost } from '../../functions/aws/host.ts';
import { defineStep, serve } from '../../functions/runtime.ts';
import { aRelease, aRollout, common, EXECUTION } from '../support/builders.ts';

const context = {
  functionName: 'step',
  awsRequestId: 'r-1',
  getRemainingTimeInMillis: () => 30_000,
} as unknown as Context;
const lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines.length = 0;
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  for (const level of ['info', 'error'] as const)
    vi.spyOn(console, level).mockImplementation(
      (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    );
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function handler(run: () => Promise<unknown>) {
  const step = defineStep({ state: 'Sample', input: z.looseObject({}), mutates: false, run });
  return serve(step, lambdaHost({ env: {} }));
}

const event = () => {
  const { step, execution } = common('Sample', { tick: 3 });
  return { step: { ...step, now: '2026-01-01T12:00:00.000Z' }, execution, release: aRelease(), rollout: aRollout() };
};

describe('the runtime of a step', () => {
  it('writes structured lines, each with release, rollout, execution and tick', async () => {
    await handler(async () => ({ done: true }))(event(), context);
    expect(lines).toHaveLength(2);
    for (const line of lines)
      expect(line).toMatchObject({
        state: 'Sample',
        release: 'orders 1.1.0',
        rollout: 'run-1/production',
        execution: EXECUTION,
        tick: 3,
        service: 'weighbridge',
      });
  });

  it.each([
    { name: 'ThrottlingException', status: 400, becomes: 'ThrottledError' },
    { name: 'TooManyRequestsException', status: 429, becomes: 'ThrottledError' },
    { name: 'SlowDown', status: 503, becomes: 'ThrottledError' },
    { name: 'ServiceException', status: 503, becomes: 'TransientAwsError' },
    { name: 'ECONNRESET', status: 0, becomes: 'TransientAwsError' },
    { name: 'IdempotencyAlreadyInProgressError', status: 0, becomes: 'InProgressError' },
    { name: 'IdempotencyInconsistentStateError', status: 0, becomes: 'TransientAwsError' },
    { name: 'ResourceConflictException', status: 409, becomes: 'TransientAwsError' },
    { name: 'AccessDeniedException', status: 403, becomes: 'InvariantError' },
    { name: 'TypeError', status: 0, becomes: 'InvariantError' },
    { name: 'ConcurrentChangeError', status: 0, becomes: 'ConcurrentChangeError' },
    { name: 'RollbackFailedError', status: 0, becomes: 'RollbackFailedError' },
  ])('names $name for the reaction that it needs: $becomes', async ({ name, status, becomes }) => {
    const cause = Object.assign(new Error('it went wrong'), { name, $metadata: { httpStatusCode: status } });
    const attempt = handler(() => Promise.reject(cause))(event(), context);
    await expect(attempt).rejects.toMatchObject({
      name: becomes,
      message: expect.stringContaining('it went wrong') as string,
    });
    expect(lines.at(-1)).toMatchObject({ level: 'ERROR', execution: EXECUTION, tick: 3 });
  });

  it('names every field of an input that is not as expected', async () => {
    const step = defineStep({
      state: 'Sample',
      input: z.object({ plan: z.string() }),
      mutates: false,
      run: async () => null,
    });
    await expect(serve(step, lambdaHost({ env: {} }))({}, context)).rejects.toMatchObject({
      name: 'InvariantError',
      message: expect.stringMatching(/handed? to Sample|hands to Sample.*plan/) as string,
    });
  });

  it('creates nothing before the first invocation', () => {
    expect(() => handler(async () => null)).not.toThrow();
    expect(lines).toEqual([]);
  });
});
