import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const taskRoot = process.env.LAMBDA_TASK_ROOT ?? process.cwd();

/** An error with one of the runtime's own names. */
export function named(name, message, cause) {
  const error = new Error(message, { cause });
  error.name = name;
  if (cause?.stack) error.stack = `${name}: ${cause.stack}`;
  return error;
}

/** Loads `folder/file.export.nested`, as CommonJS or as a module, and returns the function. */
export async function loadHandler(spec) {
  const match = /^(.*?)([^/]*?)\.(.+)$/.exec(spec);
  if (!match || spec.includes('..'))
    throw named('Runtime.MalformedHandlerName', `'${spec}' is not a valid handler name.`);
  const [, folder, file, exported] = match;
  const module = await loadModule(path.resolve(taskRoot, folder, file));
  const find = (from) => exported.split('.').reduce((value, key) => value?.[key], from);
  const handler = find(module) ?? find(module?.default);
  if (handler === undefined) throw named('Runtime.HandlerNotFound', `${spec} is undefined or not exported`);
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${spec} is not a function`);
  refuseCallback(handler);
  return handler;
}

function refuseCallback(handler) {
  if (handler.length < 3 || process.env.AWS_EXECUTION_ENV !== 'AWS_Lambda_nodejs24.x') return;
  throw named(
    'Runtime.CallbackHandlerDeprecated',
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need ' +
      'to modify this function to use a supported handler signature to use Node.js 24 or later.',
  );
}

async function loadModule(base) {
  const file = [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`].find((one) => path.extname(one) && existsSync(one));
  if (!file) {
    const missing = `Error: Cannot find module '${path.relative(taskRoot, base)}'`;
    throw named('Runtime.ImportModuleError', `${missing}\nRequire stack:\n- /var/runtime/index.mjs`);
  }
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

function isModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  for (let folder = path.dirname(file); folder.startsWith(taskRoot); folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
  }
  return false;
}
