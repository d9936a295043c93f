import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaWorld } from './support/lambda-world.ts';
import { ACCOUNT, aLambdaWorld, createFunction, invoke, REGION, START } from './support/lambda-world.ts';

let given: LambdaWorld;

beforeAll(async () => {
  given = await aLambdaWorld();
});
afterAll(() => given.close());

async function run(source: string, event: unknown = {}, options: object = {}) {
  const name = `f${given.world.random.text(8)}`;
  await createFunction(given, name, { code: { 'index.js': source }, ...options });
  return { name, answer: await invoke(given, name, event) };
}

describe('a Node.js function in a child process', () => {
  it('answers with what its handler returns', async () => {
    const { answer } = await run('exports.handler = async (event) => ({ got: event });', { a: 1 });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST', payload: { got: { a: 1 } } });
    expect(answer.FunctionError).toBeUndefined();
  });

  it('finds the context and the environment of Lambda, and nothing of its parent but PATH', async () => {
    process.env.SECRET_OF_PARENT = 'x';
    const { name, answer } = await run(
      'exports.handler = async (e, { getRemainingTimeInMillis, ...c }) => ({ c, left: getRemainingTimeInMillis(), env: process.env, now: Date.now(), t: new Date().getTime() });',
      {},
      { Environment: { Variables: { COLOR: 'blue' } }, Timeout: 7, MemorySize: 256 },
    );
    const { c, left, env, now, t } = answer.payload as Record<string, never> & { env: Record<string, string> };
    const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
    expect(c).toMatchObject({ functionName: name, functionVersion: '$LATEST', invokedFunctionArn: arn });
    expect(c).toMatchObject({ memoryLimitInMB: '256', logGroupName: `/aws/lambda/${name}` });
    expect(left).toBeGreaterThan(5_000);
    expect(left).toBeLessThanOrEqual(7_000);
    expect(Math.abs(Number(now) - given.world.clock.now())).toBeLessThan(2_000);
    expect(Number(t)).toBeGreaterThanOrEqual(START);
    expect(env).toMatchObject({
      COLOR: 'blue',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_REGION: REGION,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      _HANDLER: 'index.handler',
      TZ: ':UTC',
    });
    expect(env.SECRET_OF_PARENT).toBeUndefined();
    expect(env.HOME).toBeUndefined();
    expect(env.SANDBOX_TIME_MS).toBeUndefined();
  });
});
