import { format } from 'node:util';
import { timestamp } from './sandbox-date.mjs';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const least = LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE').toUpperCase());
let requestId;

/** Lines from here on belong to this invocation; to none, when it is `undefined`. */
export function setRequestId(id) {
  requestId = id;
}

/** Makes the console write lines as the Node.js runtimes of Lambda do. */
export function installConsole() {
  console.log = (...args) => log('INFO', ...args);
  console.info = (...args) => log('INFO', ...args);
  console.debug = (...args) => log('DEBUG', ...args);
  console.warn = (...args) => log('WARN', ...args);
  console.error = (...args) => log('ERROR', ...args);
  console.trace = (...args) => log('TRACE', ...args, new Error('trace').stack);
}

/** Writes one entry; line breaks inside it become carriage returns, which the sandbox turns back. */
export function log(level, ...args) {
  if (json && LEVELS.indexOf(level) < least) return;
  process.stdout.write(`${json ? jsonLine(level, args) : textLine(level, args)}\n`);
}

/** An error as the Runtime API and the log show it; anything can be thrown. */
export function errorBody(error) {
  if (error && typeof error === 'object' && 'stack' in error && 'message' in error) {
    const trace = String(error.stack ?? '').split('\n');
    return { errorType: String(error.name), errorMessage: String(error.message), trace };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** The entry that a failed invocation leaves. */
export function logFailure(error, what = 'Invoke Error') {
  const { errorType, errorMessage, trace: stack } = errorBody(error);
  const code = error?.code ? { code: error.code } : {};
  log('ERROR', `${what}\t${JSON.stringify({ errorType, errorMessage, ...code, stack })}`);
}

function textLine(level, args) {
  const head = `${timestamp()}\t${requestId ?? 'undefined'}\t${level}\t`;
  return head + format(...args).replaceAll('\n', '\r');
}

function jsonLine(level, args) {
  const entry = { timestamp: timestamp(), level, requestId };
  const [first] = args;
  if (args.length === 1 && first instanceof Error) {
    const { errorType, errorMessage, trace: stackTrace } = errorBody(first);
    return JSON.stringify({ ...entry, errorType, errorMessage, stackTrace });
  }
  const message = args.length === 1 && typeof first === 'object' ? first : format(...args);
  try {
    return JSON.stringify({ ...entry, message });
  } catch {
    return JSON.stringify({ ...entry, message: format(...args) });
  }
}
