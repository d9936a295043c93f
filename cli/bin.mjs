#!/usr/bin/env node
import { compile } from '../scripts/compile.mjs';

// A remark of the SDK's for developers; it says nothing to users of this command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { main } = await load();
process.exitCode = await main(process.argv.slice(2));

/** Compiled code starts faster; where it cannot be written, or somebody looks for a fault, the sources run as they are. */
async function load() {
  if (!process.env.WEIGHBRIDGE_DEBUG) {
    const compiled = await compile('cli/main.ts').catch(() => undefined);
    if (compiled) return import(compiled);
  }
  const { register } = await import('tsx/esm/api');
  register();
  return import('./main.ts');
}
