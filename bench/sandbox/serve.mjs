import { compile } from '../../scripts/compile.mjs';

// The sandbox as the command line starts it.
await import(await compile('bench/sandbox/serve.ts'));
