// The Node.js runtime: reads events from the Lambda Runtime API and answers with what the handler returns.
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const [host, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const taskRoot = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
const RealDate = Date;
let offset = 0;
let current;

const now = () => RealDate.now.call(RealDate) + offset;
const realNow = RealDate.now.bind(RealDate);

/** Makes `Date` tell sandbox time: as of `sandboxMs` now, at real rate from here on. */
function installDate() {
  const sandboxDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length > 0 ? args : [realNow() + offset], newTarget),
    apply: () => new RealDate(realNow() + offset).toString(),
    get: (target, key) => (key === 'now' ? () => realNow() + offset : Reflect.get(target, key)),
  });
  RealDate.prototype.constructor = sandboxDate;
  globalThis.Date = sandboxDate;
}

function request(method, suffix, headers, body) {
  return new Promise((resolve, reject) => {
    const options = { agent, host, port, method, path: `/2018-06-01/runtime/${suffix}`, headers };
    const sent = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function post(suffix, text, headers = {}) {
  const body = Buffer.from(text);
  const memory = { 'sandbox-max-memory-kb': String(process.resourceUsage().maxRSS) };
  return request('POST', suffix, { 'content-length': body.length, ...memory, ...headers }, body);
}

function errorBody(error) {
  if (error instanceof Error || (error && typeof error === 'object' && 'stack' in error && 'message' in error))
    return {
      errorType: String(error.name),
      errorMessage: String(error.message),
      trace: String(error.stack ?? '').split('\n'),
    };
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function postError(suffix, error) {
  const body = errorBody(error);
  const type = body.errorType.replace(/[^\x20-\x7e]/g, '?');
  return post(suffix, JSON.stringify(body), { 'lambda-runtime-function-error-type': type });
}

// ---- log -----------------------------------------------------------------------------------------------------------

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const least = LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE').toUpperCase());

function logJson(level, args) {
  const record = { timestamp: new RealDate(now()).toISOString(), level, requestId: current?.id };
  const [first] = args;
  if (args.length === 1 && first instanceof Error) {
    const { errorType, errorMessage, trace: stackTrace } = errorBody(first);
    return JSON.stringify({ ...record, errorType, errorMessage, stackTrace, message: first });
  }
  const message = args.length === 1 && typeof first === 'object' ? first : format(...args);
  try {
    return JSON.stringify({ ...record, message });
  } catch {
    return JSON.stringify({ ...record, message: format(...args) });
  }
}

function logText(level, args) {
  const head = `${new RealDate(now()).toISOString()}\t${current?.id ?? 'undefined'}\t${level}\t`;
  return head + format(...args).replaceAll('\n', '\r');
}

function log(level, ...args) {
  if (json && LEVELS.indexOf(level) < least) return;
  process.stdout.write(`${json ? logJson(level, args) : logText(level, args)}\n`);
}

function installConsole() {
  console.log = (...args) => log('INFO', ...args);
  console.info = (...args) => log('INFO', ...args);
  console.debug = (...args) => log('DEBUG', ...args);
  console.warn = (...args) => log('WARN', ...args);
  console.error = (...args) => log('ERROR', ...args);
  console.trace = (...args) => log('TRACE', ...args, new Error('trace').stack);
}

function logFailure(error) {
  const { errorType, errorMessage, trace: stack } = errorBody(error);
  log(
    'ERROR',
    `Invoke Error\t${JSON.stringify({ errorType, errorMessage, ...(error?.code && { code: error.code }), stack })}`,
  );
}

// ---- handler -------------------------------------------------------------------------------------------------------

function named(name, message, cause) {
  const error = new Error(message, { cause });
  error.name = name;
  if (cause?.stack) error.stack = `${name}: ${cause.stack}`;
  return error;
}

function isModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  for (let folder = path.dirname(file); folder.startsWith(taskRoot); folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
  }
  return false;
}

async function loadModule(base) {
  const file = [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`].find((one) => path.extname(one) && existsSync(one));
  const name = path.relative(taskRoot, base);
  if (!file)
    throw named(
      'Runtime.ImportModuleError',
      `Error: Cannot find module '${name}'\nRequire stack:\n- /var/runtime/index.mjs`,
    );
  try {
    if (isModule(file)) return await import(pathToFileURL(file).href);
    return createRequire(path.join(taskRoot, 'index.js'))(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error), error);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw named('Runtime.ImportModuleError', String(error), error);
    throw error;
  }
}

async function loadHandler(spec) {
  const match = /^(.*?)([^/]*?)\.(.+)$/.exec(spec);
  if (!match || spec.includes('..'))
    throw named('Runtime.MalformedHandlerName', `'${spec}' is not a valid handler name.`);
  const [, folder, file, exported] = match;
  const module = await loadModule(path.resolve(taskRoot, folder, file));
  const find = (from) => exported.split('.').reduce((value, key) => value?.[key], from);
  const handler = find(module) ?? find(module?.default);
  if (handler === undefined) throw named('Runtime.HandlerNotFound', `${spec} is undefined or not exported`);
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${spec} is not a function`);
  if (handler.length >= 3 && process.env.AWS_EXECUTION_ENV === 'AWS_Lambda_nodejs24.x')
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need ' +
        'to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  return handler;
}

function contextOf(headers, settle) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const client = headers['lambda-runtime-client-context'];
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    clientContext: client ? JSON.parse(decodeURIComponent(client)) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => deadline - now(),
    done: (error, result) => settle(error, result),
    fail: (error) => settle(error ?? 'handled'),
    succeed: (result) => settle(null, result),
  };
  return context;
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
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled.',
  );
}

async function answer({ error, result }) {
  const { id } = current;
  if (error !== undefined) {
    logFailure(error);
    return postError(`invocation/${id}/error`, error);
  }
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (cause) {
    return postError(
      `invocation/${id}/error`,
      named('Runtime.MarshalError', 'Unable to stringify response body', cause),
    );
  }
  return post(`invocation/${id}/response`, text);
}

function startOf(headers) {
  const sandboxMs = Number(headers['sandbox-time-ms']);
  if (Number.isFinite(sandboxMs) && sandboxMs > 0) offset = sandboxMs - realNow();
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
  current = { id: headers['lambda-runtime-aws-request-id'], idle: undefined };
}

async function loop(handler) {
  for (;;) {
    const { headers, body } = await request('GET', 'invocation/next', {});
    startOf(headers);
    const outcome = await perform(handler, JSON.parse(body.toString()), headers);
    await answer(outcome);
    current = undefined;
  }
}

async function fatal(error, code) {
  if (current) logFailure(error);
  try {
    await postError(current ? `invocation/${current.id}/error` : 'init/error', error);
  } finally {
    process.exit(code);
  }
}

async function main() {
  const sandboxMs = Number(process.env.SANDBOX_TIME_MS);
  delete process.env.SANDBOX_TIME_MS;
  if (sandboxMs) offset = sandboxMs - realNow();
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
  let handler;
  try {
    handler = await loadHandler(process.env._HANDLER ?? '');
  } catch (error) {
    log('ERROR', `Uncaught Exception\t${JSON.stringify(errorBody(error))}`);
    await postError('init/error', error);
    process.exit(1);
  }
  // Without the Runtime API there is nothing to live for: the sandbox has ended.
  await loop(handler).catch(() => process.exit(1));
}

await main();
