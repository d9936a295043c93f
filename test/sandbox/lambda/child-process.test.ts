import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPython } from '../../../sandbox/lambda/runner/runtimes.ts';
import type { InvokeAnswer, LambdaWorld } from './support/lambda-world.ts';
import { ACCOUNT, aLambdaWorld, createFunction, invoke, REGION, release, START } from './support/lambda-world.ts';

let given: LambdaWorld;

beforeAll(async () => {
  given = await aLambdaWorld({ lambda: { initTimeoutMs: 20_000 } });
});
afterAll(() => given.close());

let count = 0;
async function aFunction(source: string | Record<string, string>, options: object = {}): Promise<string> {
  const name = `f${count++}`;
  await createFunction(given, name, { code: typeof source === 'string' ? { 'index.js': source } : source, ...options });
  return name;
}

async function run(source: string | Record<string, string>, options: object = {}): Promise<InvokeAnswer> {
  return invoke(given, await aFunction(source, options), { a: 1 });
}

const text = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe('a Node.js function in a child process', () => {
  it('finds the context and the environment of Lambda, and nothing of its parent but PATH', async () => {
    process.env.SECRET_OF_PARENT = 'x';
    const name = await aFunction(
      'exports.handler = async (e, { getRemainingTimeInMillis, ...c }) => ({ c, left: getRemainingTimeInMillis(), env: process.env });',
      { Environment: { Variables: { COLOR: 'blue' } }, Timeout: 7, MemorySize: 256 },
    );
    const ClientContext = Buffer.from('{"custom":{"é":1}}').toString('base64');
    const answer = await invoke(given, name, {}, { Qualifier: '$LATEST', ClientContext });
    const { c, left, env } = answer.payload as { c: object; left: number; env: Record<string, string> };
    expect(c).toMatchObject({
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}:$LATEST`,
      memoryLimitInMB: '256',
      logGroupName: `/aws/lambda/${name}`,
      logStreamName: given.logs.at(-1)?.stream,
      clientContext: { custom: { é: 1 } },
      awsRequestId: text(/^[-0-9a-f]{36}$/),
    });
    expect(left).toBeGreaterThan(5_000);
    expect(left).toBeLessThanOrEqual(7_000);
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...rest } = env;
    expect(given.world.authorizer.principalOf(AWS_ACCESS_KEY_ID)).toMatchObject({ roleName: `${name}-role` });
    expect([AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN].every(Boolean)).toBe(true);
    expect(Object.keys(rest).sort()).toEqual(
      [
        'AWS_DEFAULT_REGION',
        'AWS_EXECUTION_ENV',
        'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
        'AWS_LAMBDA_FUNCTION_NAME',
        'AWS_LAMBDA_FUNCTION_VERSION',
        'AWS_LAMBDA_INITIALIZATION_TYPE',
        'AWS_LAMBDA_LOG_FORMAT',
        'AWS_LAMBDA_LOG_GROUP_NAME',
        'AWS_LAMBDA_LOG_STREAM_NAME',
        'AWS_LAMBDA_RUNTIME_API',
        'AWS_REGION',
        'COLOR',
        'LAMBDA_TASK_ROOT',
        'LANG',
        'PATH',
        'TZ',
        '_HANDLER',
        '_X_AMZN_TRACE_ID',
      ].sort(),
    );
  });

  it('sees sandbox time in every form of Date, running at real rate', async () => {
    const answer = await run(`
      class Mine extends Date {}
      exports.handler = async () => {
        const began = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 60));
        return {
          now: began, passed: Date.now() - began, made: new Date().getTime(), text: Date(), mine: new Mine().getTime(),
          fixed: new Date(0).toISOString(), utc: Date.UTC(2020, 0), kinds: [new Date() instanceof Date, new Date().constructor === Date],
        };
      };`);
    const got = answer.payload as Record<string, number> & { text: string };
    for (const key of ['now', 'made', 'mine']) {
      expect(got[key]).toBeGreaterThanOrEqual(START);
      expect(got[key]).toBeLessThan(given.world.clock.now() + 5_000);
    }
    expect(got.passed).toBeGreaterThanOrEqual(55);
    expect(got.passed).toBeLessThan(3_000);
    expect(got.text).toContain('2026');
    expect(got).toMatchObject({ fixed: '1970-01-01T00:00:00.000Z', utc: 1_577_836_800_000, kinds: [true, true] });
  });

  it.each([
    { name: 'CommonJS', code: { 'index.js': 'exports.handler = async () => "cjs";' }, gives: 'cjs' },
    { name: '.mjs', code: { 'index.mjs': 'export const handler = async () => "mjs";' }, gives: 'mjs' },
    { name: '.cjs', code: { 'index.cjs': 'exports.handler = async () => "cjs2";' }, gives: 'cjs2' },
    {
      name: 'a package of type module',
      code: { 'package.json': '{"type":"module"}', 'index.js': 'export async function handler() { return "esm"; }' },
      gives: 'esm',
    },
    {
      name: 'a handler in a folder, nested in an object',
      code: { 'src/app.js': 'exports.api = { main: async () => "nested" };' },
      options: { Handler: 'src/app.api.main' },
      gives: 'nested',
    },
    {
      name: 'a callback',
      code: { 'index.js': 'exports.handler = (e, c, callback) => setTimeout(() => callback(null, "called"), 5);' },
      gives: 'called',
    },
    {
      name: 'a callback that does not wait for an empty event loop',
      code: {
        'index.js':
          'exports.handler = (e, c, callback) => { c.callbackWaitsForEmptyEventLoop = false; setTimeout(() => {}, 60000); callback(null, "early"); };',
      },
      gives: 'early',
    },
    { name: 'a handler that returns nothing', code: { 'index.js': 'exports.handler = async () => {};' }, gives: null },
    { name: 'a handler that is no promise', code: { 'index.js': 'exports.handler = () => "lost";' }, gives: null },
    {
      name: 'the SDK that comes with the runtime, required',
      code: { 'index.js': 'exports.handler = async () => typeof require("@aws-sdk/client-lambda").LambdaClient;' },
      gives: 'function',
    },
    {
      name: 'the SDK that comes with the runtime, imported',
      code: {
        'index.mjs':
          'import { S3Client } from "@aws-sdk/client-s3"; export const handler = async () => typeof S3Client;',
      },
      gives: 'function',
    },
  ])('runs $name', async ({ code, gives, options = {} }) => {
    expect((await run(code as Record<string, string>, options)).payload).toBe(gives);
  });

  it('keeps its environment warm, and starts another for a new version or configuration', async () => {
    const name = await aFunction('let n = 0; exports.handler = async () => [process.pid, ++n];');
    const first = (await invoke(given, name)).payload as number[];
    expect((await invoke(given, name)).payload).toEqual([first[0], 2]);
    expect(given.controls.environments()).toContainEqual({
      functionName: name,
      version: '$LATEST',
      pid: first[0],
      busy: false,
    });
    await given.call('UpdateFunctionConfiguration', { FunctionName: name, Environment: { Variables: { NEW: '1' } } });
    expect((await invoke(given, name)).payload).toEqual([first[0], 3]);
    await given.world.clock.sleep(2_000);
    const second = (await invoke(given, name)).payload as number[];
    expect(second[0]).not.toBe(first[0]);
    expect(second[1]).toBe(1);
  });

  it('shows its init phase once, and its own lines in order between START and END', async () => {
    const name = await aFunction(`
      console.log('loading');
      exports.handler = async () => { console.log('one', { a: 1 }); console.error('two\\nlines'); process.stdout.write('raw\\n'); };`);
    const { log } = await invoke(given, name);
    expect(log).toMatch(
      /^START RequestId: .*\n.*\tundefined\tINFO\tloading\n.*\tINFO\tone \{ a: 1 \}\n.*\tERROR\ttwo\nlines\nraw\nEND RequestId: .*\nREPORT RequestId: .*\tInit Duration: [\d.]+ ms\t\n$/,
    );
    expect(log).toMatch(/2026-01-31T12:\d\d:\d\d\.\d{3}Z\t[-0-9a-f]{36}\tINFO\tone/);
    const again = (await invoke(given, name)).log;
    expect(again).not.toContain('Init Duration');
    expect(again).not.toContain('loading');
    expect(again).toMatch(/Max Memory Used: [1-9]\d+ MB/);
  });

  it.each([
    {
      name: 'a warning of its last tick',
      source: 'process.emitWarning("written"); return 1;',
      last: /Warning: written/,
    },
    {
      name: 'a million characters',
      source: 'for (let n = 0; n < 100; n++) console.log("x".repeat(10000)); console.log("written");',
      last: /written/,
    },
    {
      name: 'what it wrote before it failed',
      source: 'console.log("written"); throw new Error("e");',
      last: /INFO\twritten\n.*ERROR\tInvoke Error/,
    },
  ])('has all that a handler wrote above END: $name', async ({ source, last }) => {
    const { log } = await run(`exports.handler = async () => { ${source} };`);
    expect(log).toMatch(last);
    expect(log).toMatch(/\nEND RequestId: .*\nREPORT .*\n$/);
  });

  it('has what a handler wrote before its time was up above END', async () => {
    const source = 'exports.handler = () => { process.stdout.write("written\\n"); for (;;); };';
    expect((await run(source, { Timeout: 1 })).log).toMatch(/\nwritten\n.*Task timed out after 1\.00 seconds/s);
  });

  it('takes no invocation after an error that no handler caught', async () => {
    const source =
      'let n = 0; exports.handler = (e) => new Promise((resolve) => e.fail ? setImmediate(() => { throw new RangeError("late"); }) : resolve(++n));';
    const name = await aFunction(source);
    expect((await invoke(given, name, {})).payload).toBe(1);
    expect((await invoke(given, name, { fail: true })).payload).toMatchObject({ errorType: 'RangeError' });
    expect((await invoke(given, name, {})).payload).toBe(1);
  });

  it('does not hear of the version of Node.js that stands in for its runtime', async () => {
    const { log } = await run(
      'const { S3Client } = require("@aws-sdk/client-s3"); exports.handler = async () => { new S3Client({}); process.emitWarning("other"); };',
    );
    expect(log).toContain('Warning: other');
    expect(log).not.toContain('NodeVersionSupportWarning');
  });

  it('writes JSON lines when its log format is JSON, above its level', async () => {
    const LoggingConfig = { LogFormat: 'JSON', ApplicationLogLevel: 'WARN' };
    const { log } = await run('exports.handler = async () => { console.info("no"); console.warn("yes"); };', {
      LoggingConfig,
    });
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string; message?: string });
    expect(lines.map((line) => line.type ?? line.message)).toEqual(['platform.start', 'yes', 'platform.report']);
  });
});

describe('a Node.js function that fails', () => {
  it.each([
    {
      name: 'by an error of its own',
      source: 'exports.handler = async () => { const e = new Error("no stock"); e.name = "OutOfStock"; throw e; };',
      payload: {
        errorType: 'OutOfStock',
        errorMessage: 'no stock',
        trace: expect.arrayContaining([text(/^(Error|OutOfStock): no stock/)]) as unknown,
      },
    },
    {
      name: 'by throwing a string',
      source: 'exports.handler = async () => { throw "text"; };',
      payload: { errorType: 'string', errorMessage: 'text', trace: [] },
    },
    {
      name: 'by a callback',
      source: 'exports.handler = (e, c, callback) => callback(new TypeError("bad"));',
      payload: { errorType: 'TypeError', errorMessage: 'bad' },
    },
    {
      name: 'by an unhandled rejection',
      source:
        'exports.handler = () => new Promise(() => { Promise.reject(new Error("lost")); setTimeout(() => {}, 9000); });',
      payload: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
    },
    {
      name: 'by an uncaught exception',
      source: 'exports.handler = () => new Promise(() => setTimeout(() => { throw new RangeError("late"); }, 5));',
      payload: { errorType: 'RangeError', errorMessage: 'late' },
    },
    {
      name: 'by a promise that never settles',
      source: 'exports.handler = async () => new Promise(() => {});',
      payload: { errorType: 'Runtime.NodeJsExit' },
    },
    {
      name: 'by exiting with a status',
      source: 'exports.handler = async () => process.exit(3);',
      payload: {
        errorType: 'Runtime.ExitError',
        errorMessage: text(/^RequestId: [-0-9a-f]{36} Error: Runtime exited with error: exit status 3$/),
      },
    },
    {
      name: 'by exiting without one',
      source: 'exports.handler = async () => process.exit(0);',
      payload: { errorType: 'Runtime.ExitError', errorMessage: text(/Runtime exited without providing a reason$/) },
    },
    {
      name: 'by killing itself',
      source: 'exports.handler = async () => process.kill(process.pid, "SIGKILL");',
      payload: { errorType: 'Runtime.ExitError', errorMessage: text(/Runtime exited with error: signal: killed$/) },
    },
    {
      name: 'by taking too long',
      source: 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));',
      options: { Timeout: 1 },
      payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: text(/^RequestId: [-0-9a-f]{36} Error: Task timed out after 1\.00 seconds$/),
      },
    },
    {
      name: 'by a loop without end',
      source: 'exports.handler = async () => { for (;;); };',
      options: { Timeout: 1 },
      payload: { errorType: 'Sandbox.Timedout' },
    },
    {
      name: 'because its module is missing',
      source: 'exports.handler = async () => 1;',
      options: { Handler: 'other.handler' },
      payload: { errorType: 'Runtime.ImportModuleError', errorMessage: text(/^Error: Cannot find module 'other'/) },
    },
    {
      name: 'because a dependency is missing',
      source: 'require("not-there"); exports.handler = async () => 1;',
      payload: { errorType: 'Runtime.ImportModuleError', errorMessage: text(/^Error: Cannot find module 'not-there'/) },
    },
    {
      name: 'because its handler is missing',
      source: 'exports.other = 1;',
      payload: { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    },
    {
      name: 'because it does not parse',
      source: 'exports.handler = async ( => 1;',
      payload: { errorType: 'Runtime.UserCodeSyntaxError' },
    },
    {
      name: 'because it throws while it is loaded',
      source: 'throw new Error("no configuration");',
      payload: { errorType: 'Error', errorMessage: 'no configuration' },
    },
    {
      name: 'because it exits while it is loaded',
      source: 'process.exit(7);',
      payload: { errorType: 'Runtime.ExitError', errorMessage: text(/exit status 7$/) },
    },
    {
      name: 'because its runtime is not here',
      source: 'exports.handler = 1;',
      options: { Runtime: 'java21' },
      payload: { errorType: 'Runtime.InvalidRuntime', errorMessage: text(/the sandbox cannot run java21/) },
    },
  ])('$name says so, and works again where it can', async ({ source, options = {}, payload }) => {
    const name = await aFunction(source, options);
    const answer = await invoke(given, name);
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST', payload });
    await release(given, name, 'exports.handler = exports.other = async () => "mended";');
    if (!('Runtime' in options || 'Handler' in options)) expect((await invoke(given, name)).payload).toBe('mended');
    const errors = given.data.filter((one) => one.name === 'Errors' && one.dimensions.FunctionName === name);
    expect(errors[0]?.value).toBe(1);
  });

  it('ends in mid-run when it is killed from outside', async () => {
    const name = await aFunction('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));', {
      Timeout: 30,
    });
    const running = invoke(given, name);
    const there = (): boolean => given.controls.environments().some((one) => one.functionName === name && one.pid);
    while (!there()) await new Promise((resolve) => setImmediate(resolve));
    expect(given.controls.kill(name)).toBe(1);
    expect(await running).toMatchObject({
      payload: { errorType: 'Runtime.ExitError', errorMessage: text(/signal: killed$/) },
    });
  });

  it('starts again within its timeout when its init phase was late', async () => {
    const slow = await aLambdaWorld({ lambda: { initTimeoutMs: 300 } });
    try {
      const late = 'const end = Date.now() + 800; while (Date.now() < end); exports.handler = async () => "ready";';
      await createFunction(slow, 'slow', { code: { 'index.js': late }, Timeout: 10 });
      const answer = await invoke(slow, 'slow');
      expect(answer.payload).toBe('ready');
      const never = 'for (;;);';
      await createFunction(slow, 'never', { code: { 'index.js': never }, Timeout: 1 });
      expect((await invoke(slow, 'never')).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    } finally {
      await slow.close();
    }
  });
});

describe('the pool of environments', () => {
  const SLOW = 'exports.handler = () => new Promise((resolve) => setTimeout(() => resolve(process.pid), 150));';

  it('runs one invocation at a time in each, and bounds them per version', async () => {
    const own = await aLambdaWorld({ lambda: { environmentsPerVersion: 2 } });
    try {
      await createFunction(own, 'fn', { code: { 'index.js': SLOW } });
      const pids = await Promise.all(Array.from({ length: 6 }, async () => (await invoke(own, 'fn')).payload));
      expect(new Set(pids).size).toBe(2);
      expect(own.controls.environments()).toHaveLength(2);
    } finally {
      await own.close();
    }
  });

  it('ends the environment unused longest when there are too many, and all of them at the end', async () => {
    const own = await aLambdaWorld({ lambda: { environments: 2 } });
    const pids: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      await createFunction(own, name, { code: { 'index.js': SLOW } });
      await Promise.all([invoke(own, name), invoke(own, name)]).then((all) =>
        pids.push(...all.map((one) => one.payload as number)),
      );
    }
    expect(own.controls.environments().map((one) => one.functionName)).toEqual(
      ['c', 'c'].slice(0, own.controls.environments().length),
    );
    await own.close();
    for (let turn = 0; turn < 1_000 && pids.some(isRunning); turn++)
      await new Promise((resolve) => setImmediate(resolve));
    expect(pids.filter(isRunning)).toEqual([]);
  });

  function isRunning(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }
});

describe.skipIf(!findPython())('a Python function in a child process (skipped without python3)', () => {
  const python = (source: string, options: object = {}) =>
    run({ 'app.py': source }, { Runtime: 'python3.12', Handler: 'app.handler', ...options });

  it('answers, with the context and the log of Lambda', async () => {
    const answer = await python(`
import os
def handler(event, context):
    print("got", event["a"])
    return {"event": event, "version": context.function_version, "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis(), "root": os.environ["LAMBDA_TASK_ROOT"] != ""}
`);
    expect(answer.payload).toMatchObject({ event: { a: 1 }, version: '$LATEST', root: true });
    expect((answer.payload as { left: number }).left).toBeGreaterThan(1_000);
    expect(answer.log).toContain('\ngot 1\nEND');
  });

  it.each([
    {
      name: 'an exception',
      source: 'def handler(event, context):\n    raise ValueError("bad")',
      errorType: 'ValueError',
    },
    { name: 'a missing module', source: 'import not_there', errorType: 'Runtime.ImportModuleError' },
    { name: 'a missing handler', source: 'x = 1', errorType: 'Runtime.HandlerNotFound' },
    { name: 'bad syntax', source: 'def handler(', errorType: 'Runtime.UserCodeSyntaxError' },
  ])('reports $name', async ({ source, errorType }) => {
    const answer = await python(source);
    expect(answer).toMatchObject({
      FunctionError: 'Unhandled',
      payload: { errorType, stackTrace: expect.any(Array) as unknown },
    });
  });
});

describe('a function with a runtime of its own', () => {
  const bootstrap = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"
  event=$(curl -sS -D "$headers" "$api/next") || exit 1
  id=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$headers" | tr -d '[:space:]' | cut -d: -f2)
  curl -sS -X POST "$api/$id/response" -d "{\\"echo\\":$event}" > /dev/null
done
`;

  it('runs the bootstrap of its package on the Runtime API', async () => {
    const options = { Runtime: 'provided.al2023', modes: { bootstrap: 0o100755 } };
    expect((await run({ bootstrap }, options)).payload).toEqual({ echo: { a: 1 } });
  });

  it('says that the bootstrap is missing', async () => {
    const answer = await run({ other: 'x' }, { Runtime: 'provided.al2023' });
    expect(answer.payload).toMatchObject({ errorType: 'Runtime.InvalidEntrypoint' });
  });
});
