// `npm test`: lint, formatting, types and synthesis beside the tests, on two processes, because each of them keeps one core
// busy for a while. Output comes in one piece per part; the exit code is that of the first part that failed.
import { spawn } from 'node:child_process';

const CHECKS = [
  ['lint', ['run', 'lint']],
  ['types', ['run', 'typecheck']],
  ['synth', ['run', 'synth', '--', '--quiet']],
];

/** Runs one command; buffered, unless it is to be watched. */
function run(name, args, watched) {
  const began = Date.now();
  return new Promise((resolve) => {
    const child = spawn('npm', ['--silent', ...args], { stdio: watched ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    const said = [];
    child.stdout?.on('data', (chunk) => said.push(chunk));
    child.stderr?.on('data', (chunk) => said.push(chunk));
    child.on('close', (code) =>
      resolve({
        name,
        code: code ?? 1,
        said: Buffer.concat(said).toString(),
        seconds: Math.round((Date.now() - began) / 1000),
      }),
    );
  });
}

async function checks() {
  const results = [];
  for (const [name, args] of CHECKS) results.push(await run(name, args, false));
  return results;
}

const only = process.argv.slice(2);
const [checked, tested] = await Promise.all([checks(), run('tests', ['run', 'vitest', '--', ...only], true)]);
for (const { name, code, said, seconds } of checked) {
  console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${name} (${seconds} s)`);
  if (code !== 0) console.log(said);
}
process.exitCode = [...checked, tested].find(({ code }) => code !== 0)?.code ?? 0;
