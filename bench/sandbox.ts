import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { IAMClient } from '@aws-sdk/client-iam';
import { parseArgs } from 'node:util';
import { measureControlPlane, measureInvokes, prepareFunction, removeFunction } from './sandbox/lambda.ts';
import { startProcess, type Subject } from './sandbox/process.ts';
import { table, type Row } from './sandbox/table.ts';
import { measureWaiting } from './sandbox/waiting.ts';

/**
 * Measures a sandbox, ours or another endpoint that speaks AWS:
 * `node --import tsx bench/sandbox.ts [--endpoint URL] [--seconds N] [--executions N] [--json]`.
 * Without `--endpoint` it starts our own, and so can also measure start-up, memory and processor time.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      endpoint: { type: 'string' },
      seconds: { type: 'string', default: '5' },
      executions: { type: 'string', default: '1000' },
      json: { type: 'boolean', default: false },
    },
  });
  const subject = values.endpoint === undefined ? await startProcess() : { endpoint: values.endpoint };
  try {
    const rows = await measure(subject, Number(values.seconds), Number(values.executions));
    process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
  } finally {
    subject.stop?.();
  }
}

async function measure(subject: Subject, seconds: number, executions: number): Promise<Row[]> {
  const config = {
    region: 'us-east-1',
    endpoint: subject.endpoint,
    credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'bench' },
  };
  const clients = { lambda: new LambdaClient(config), sfn: new SFNClient(config), iam: new IAMClient(config) };
  const rows: Row[] = [...(subject.rows ?? [])];
  const fixture = await prepareFunction(clients);
  try {
    rows.push(...(await measureControlPlane(clients.lambda, fixture, subject)));
    rows.push(...(await measureInvokes(clients.lambda, fixture, seconds, subject)));
    rows.push(...(await measureWaiting(clients, fixture, executions, subject)));
  } finally {
    await removeFunction(clients, fixture);
  }
  return rows;
}

await main();
