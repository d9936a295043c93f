// `npm run build`: compiles the command line once (it does so by itself when it is first used) and synthesises the stacks
// with the bundles of all steps into cdk.out.
import { spawnSync } from 'node:child_process';
import { compile } from './compile.mjs';

console.log(`compiled ${await compile('cli/main.ts')}`);
const { status } = spawnSync('npm', ['run', '--silent', 'synth', '--', '--quiet'], { stdio: 'inherit' });
if (status === 0) console.log('synthesised cdk.out');
process.exitCode = status ?? 1;
