import type { World } from '../../core/world.ts';
import type { Configuration } from '../model.ts';
import type { Execution } from '../runner/code-runner.ts';

/** Bytes of log that an invocation with LogType Tail gets back. */
const TAIL_BYTES = 4_096;

interface Heading {
  readonly requestId: string;
  readonly version: string;
  readonly configuration: Configuration;
  /** Whether the log reaches CloudWatch Logs; the tail has it in any case. */
  readonly delivered: boolean;
}

/** The log of one invocation: START, the function's own lines, END, REPORT; to CloudWatch Logs and into the tail. */
export class InvocationLog {
  readonly #world: World;
  readonly #heading: Heading;
  readonly #stream: string;
  #lines: string[] = [];
  #bytes = 0;

  constructor(world: World, heading: Heading, stream: string) {
    this.#world = world;
    this.#heading = heading;
    this.#stream = stream;
  }

  start(): void {
    const { requestId, version } = this.#heading;
    this.#platform(`START RequestId: ${requestId} Version: ${version}`, 'platform.start', { requestId, version });
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#bytes += line.length + 1;
    if (this.#bytes > 4 * TAIL_BYTES) this.#trim();
    if (!this.#heading.delivered) return;
    const group = this.#heading.configuration.LoggingConfig.LogGroup ?? '';
    this.#world.channels.log(group, this.#stream, `${line}\n`, this.#world.clock.now());
  }

  end(execution: Execution): void {
    const { requestId } = this.#heading;
    if (execution.status === 'timeout') this.#timeoutLine(execution);
    if (this.#heading.configuration.LoggingConfig.LogFormat === 'JSON') return this.#jsonReport(execution);
    this.write(`END RequestId: ${requestId}`);
    this.write(reportLine(this.#heading, execution));
  }

  /** The last 4 KB, base64, as LogResult carries them. */
  tail(): string {
    const bytes = Buffer.from(this.#lines.map((line) => `${line}\n`).join(''));
    return bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)).toString('base64');
  }

  #timeoutLine({ durationMs }: Execution): void {
    const at = new Date(this.#world.clock.now()).toISOString();
    this.write(`${at} ${this.#heading.requestId} Task timed out after ${(durationMs / 1_000).toFixed(2)} seconds`);
  }

  #jsonReport(execution: Execution): void {
    const { requestId, configuration } = this.#heading;
    const metrics = {
      durationMs: round(execution.durationMs),
      billedDurationMs: billed(execution),
      memorySizeMB: configuration.MemorySize,
      maxMemoryUsedMB: execution.maxMemoryMb,
      ...(execution.initMs !== undefined && { initDurationMs: round(execution.initMs) }),
    };
    const status = execution.status ?? (execution.functionError ? 'error' : 'success');
    this.#platform('', 'platform.report', { requestId, metrics, status });
  }

  #platform(text: string, type: string, record: object): void {
    if (this.#heading.configuration.LoggingConfig.LogFormat !== 'JSON') return this.write(text);
    const time = new Date(this.#world.clock.now()).toISOString();
    this.write(JSON.stringify({ time, type, record }));
  }

  #trim(): void {
    this.#lines = this.#lines.slice(-Math.ceil(this.#lines.length / 2));
    this.#bytes = this.#lines.reduce((sum, line) => sum + line.length + 1, 0);
  }
}

function reportLine({ requestId, configuration }: Heading, execution: Execution): string {
  const { initMs, status, errorType } = execution;
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${execution.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billed(execution)} ms`,
    `Memory Size: ${configuration.MemorySize} MB`,
    `Max Memory Used: ${execution.maxMemoryMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(status ? [`Status: ${status}`] : []),
    ...(status === 'error' && errorType ? [`Error Type: ${errorType}`] : []),
    '',
  ].join('\t');
}

function billed({ durationMs, initMs = 0 }: Execution): number {
  return Math.ceil(durationMs + initMs);
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
