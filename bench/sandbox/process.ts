import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compile } from '../../scripts/compile.mjs';
import type { Row } from './table.ts';

/** An endpoint under test; with what only an own process tells. */
export interface Subject {
  readonly endpoint: string;
  /** What was measured while it started. */
  readonly rows?: readonly Row[];
  /** Processor time so far, in milliseconds. */
  readonly cpuMs?: () => number;
  readonly stop?: () => void;
}

/** Milliseconds of rest before memory is read. */
const REST_MS = 2000;
/** Processor clock ticks per second on Linux. */
const TICKS = 100;

/** Starts our sandbox in a process of its own; measures the time until it answers, and its memory at rest. */
export async function startProcess(): Promise<Subject> {
  const port = await freePort();
  await compile('bench/sandbox/serve.ts');
  const began = performance.now();
  const script = fileURLToPath(new URL('serve.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, String(port)], { stdio: 'inherit' });
  const endpoint = `http://127.0.0.1:${port}`;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null) throw new Error(`expected the sandbox to start, but it exited with ${child.exitCode}`);
    await sleep(5);
  }
  const started = performance.now() - began;
  await sleep(REST_MS);
  const rows: Row[] = [
    { what: 'start-up until the first answer', value: started / 1000, unit: 's', aim: { atMost: 1.5 } },
    { what: 'idle memory (resident)', value: residentMegabytes(child.pid), unit: 'MB', aim: { atMost: 150 } },
  ];
  return { endpoint, rows, cpuMs: () => cpuMs(child.pid), stop: () => void child.kill('SIGTERM') };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_weighbridge/health`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** From `/proc`; NaN where there is none. */
function residentMegabytes(pid: number | undefined): number {
  const text = procFile(pid, 'status');
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / 1024;
}

/** User and system time, the 14th and 15th field, counted behind the program's name. */
function cpuMs(pid: number | undefined): number {
  const fields = procFile(pid, 'stat')
    .replace(/^.*\) /, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1000;
}

function procFile(pid: number | undefined, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
