// The Node.js runtime: reads events from the Lambda Runtime API and answers with what the handler returns.
import { errorBody, installConsole, logFailure, setRequestId } from './log.mjs';
import { loadHandler, named } from './load-handler.mjs';
import { RuntimeClient } from './runtime-client.mjs';
import { installDate, now, setNow } from './sandbox-date.mjs';

const client = new RuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API ?? '');
/** The invocation under way; `idle` says what it comes to when the event loop runs empty. */
let current;
/** An error that no handler caught has been met: it is the last thing that this process reports. */
let ending = false;

function postError(suffix, error, headers = {}) {
  const body = errorBody(error);
  const type = body.errorType.replace(/[^\x20-\x7e]/g, '?');
  return client.post(suffix, JSON.stringify(body), { ...headers, 'Lambda-Runtime-Function-Error-Type': type });
}

function contextOf(headers, settle) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    clientContext: clientContext ? JSON.parse(decodeURIComponent(clientContext)) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => deadline - now(),
    done: (error, result) => settle(error, result),
    fail: (error) => settle(error ?? 'handled'),
    succeed: (result) => settle(null, result),
  };
}

/** Runs the handler once; resolves with `{ error }` or `{ result }`. */
function perform(handler, event, headers) {
  return new Promise((resolve) => {
    let context;
    const settle = (error, result) => {
      const outcome = error === null || error === undefined ? { result } : { error };
      if (!context.callbackWaitsForEmptyEventLoop || outcome.error !== undefined) resolve(outcome);
      else current.idle = () => resolve(outcome);
    };
    context = contextOf(headers, settle);
    const asynchronous = handler.constructor.name === 'AsyncFunction';
    current.idle = () => resolve(asynchronous ? { error: neverSettled() } : { result: null });
    try {
      const returned = handler(event, context, settle);
      if (typeof returned?.then === 'function')
        returned.then(
          (result) => resolve({ result }),
          (error) => resolve({ error: error ?? 'null' }),
        );
    } catch (error) {
      resolve({ error: error ?? 'null' });
    }
  });
}

function neverSettled() {
  return named(
    'Runtime.NodeJsExit',
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise ' +
      'that was never settled.',
  );
}

async function answer({ error, result }) {
  const path = `invocation/${current.id}`;
  if (error !== undefined) {
    logFailure(error);
    await outputWritten();
    return postError(`${path}/error`, error);
  }
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (cause) {
    return postError(`${path}/error`, named('Runtime.MarshalError', 'Unable to stringify response body', cause));
  }
  return client.post(`${path}/response`, text);
}

/**
 * What the handler wrote belongs before its answer, or it misses its own END line: warnings (process.emitWarning) wait
 * for the tick after the handler's last, and a full pipe holds lines back.
 */
async function outputWritten() {
  await new Promise((resolve) => process.nextTick(resolve));
  for (const stream of [process.stdout, process.stderr])
    if (stream.writableLength > 0) await new Promise((resolve) => stream.write('', resolve));
}

async function loop(handler) {
  for (;;) {
    const { headers, body } = await client.next();
    setNow(Number(headers['sandbox-time-ms']));
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
    current = { id: headers['lambda-runtime-aws-request-id'], idle: undefined };
    setRequestId(current.id);
    const outcome = await perform(handler, JSON.parse(body.toString()), headers);
    await outputWritten();
    if (ending) return;
    await answer(outcome);
    current = undefined;
    setRequestId(undefined);
  }
}

/** Reports an error that no handler caught, and ends the process as the Node.js runtimes do. */
async function fatal(error, code) {
  ending = true;
  logFailure(error, current ? 'Invoke Error' : 'Uncaught Exception');
  try {
    await outputWritten();
    await postError(current ? `invocation/${current.id}/error` : 'init/error', error, { 'Sandbox-Exits': 1 });
  } finally {
    process.exit(code);
  }
}

/** The SDK warns of this machine's Node.js version, which is not the one that the function asked for. */
function silenceVersionWarning() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes('NodeVersionSupportWarning')) emitWarning(warning, ...rest);
  };
}

function installRuntime() {
  silenceVersionWarning();
  setNow(Number(process.env.SANDBOX_TIME_MS));
  delete process.env.SANDBOX_TIME_MS;
  installDate();
  installConsole();
  globalThis.awslambda = {
    streamifyResponse: () => {
      throw new Error('the sandbox does not support response streaming (awslambda.streamifyResponse)');
    },
  };
  process.on('beforeExit', () => current?.idle?.());
  process.on('uncaughtException', (error) => void fatal(error, 129));
  process.on('unhandledRejection', (reason) => {
    const message = reason instanceof Error ? reason.toString() : String(reason);
    void fatal(named('Runtime.UnhandledPromiseRejection', message, reason), 128);
  });
}

installRuntime();
const handler = await loadHandler(process.env._HANDLER ?? '').catch((error) => fatal(error, 1));
// Without the Runtime API there is nothing to live for: the sandbox has ended.
if (handler) await loop(handler).catch(() => process.exit(1));
