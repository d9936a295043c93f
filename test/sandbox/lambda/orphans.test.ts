import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';

const RUNTIME_PROCESS = new URL('../../../sandbox/lambda/runner/child-process.ts', import.meta.url).href;
/** Starts a runtime that loops for ever and another that has ended, and says which. */
const SANDBOX = `
  const { RuntimeProcess } = await import(${JSON.stringify(RUNTIME_PROCESS)});
  const start = (code, exit) =>
    new RuntimeProcess({ file: process.execPath, args: ['-e', code] }, { cwd: '/', env: {} }, { line() {}, exit });
  const looping = start('for (;;);', () => undefined);
  const ended = start('', () => console.log(looping.pid));
  setInterval(() => undefined, 1000);
`;

/** A process that has ended counts as gone, also where nobody asks for its status. */
function isThere(pid: number): boolean {
  try {
    if (existsSync('/proc/self/stat')) return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('a function in an endless loop ends with its sandbox, also one that is killed', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '-e', SANDBOX];
  const sandbox = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(sandbox, 'close');
  const [line] = (await once(createInterface({ input: sandbox.stdout }), 'line')) as [string];
  const pid = Number(line);
  expect(isThere(pid)).toBe(true);
  sandbox.kill('SIGKILL');
  await closed;
  while (isThere(pid)) await turn();
});
