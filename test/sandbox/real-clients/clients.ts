import { execFile, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as stepfunctions from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import type { Step } from './session.ts';

/** What a client made of an answer: the output, or the code and message of the error. */
export type Answer = { readonly output: unknown } | { readonly code: string; readonly message: string };

/** A client that talks to one endpoint. */
export interface Caller {
  call(step: Step): Promise<Answer>;
  close?(): void;
}
/** Opens a client for an endpoint. */
export type Opener = (endpoint: string) => Caller;

type Constructor<T> = new (input: object) => T;
type Client = { send(command: object): Promise<object> };

const SDKS = { cloudwatch, logs, dynamodb, events, iam, lambda, s3, stepfunctions, sns, sqs, ssm };
const run = promisify(execFile);

/** The JavaScript SDK. */
export const javascript: Opener = (endpoint) => ({
  call: async ({ service, operation, input }) => {
    const sdk = SDKS[service] as unknown as Record<string, Constructor<object>>;
    const name = Object.keys(sdk).find((key) => /^[A-Z].*Client$/.test(key)) ?? '';
    const credentials = { accessKeyId: 'AKIASESSION', secretAccessKey: 'secret' };
    const client = new (sdk[name] as Constructor<Client>)({
      region: 'us-east-1',
      endpoint,
      credentials,
      maxAttempts: 1,
    });
    try {
      const command = new (sdk[`${operation}Command`] as Constructor<object>)(input);
      const { $metadata: _, ...output } = (await client.send(command)) as { $metadata?: unknown };
      return { output };
    } catch (cause) {
      const { name: code, message } = cause as Error;
      return { code, message };
    }
  },
});

/** The AWS CLI, one process for each call, with the input as JSON. */
export const awsCli: Opener = (endpoint) => ({
  call: async ({ service, operation, input }) => {
    const command = operation.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
    const tool = service === 's3' ? 's3api' : service;
    const args = [tool, command, '--cli-input-json', JSON.stringify(input), '--endpoint-url', endpoint];
    try {
      const { stdout } = await run('aws', [...args, '--output', 'json', '--no-paginate'], {
        env: environment(endpoint),
      });
      return { output: stdout.trim() ? (JSON.parse(stdout) as unknown) : {} };
    } catch (cause) {
      const { stderr } = cause as { stderr: string };
      const [, code, message] = /An error occurred \((\S+)\) when calling the \w+ operation: ([^]*)/.exec(stderr) ?? [];
      if (code === undefined) throw new Error(`expected an AWS error of the CLI, got: ${stderr}`, { cause });
      return { code, message: (message ?? '').trim() };
    }
  },
});

const PYTHON = `
import boto3, botocore, json, sys
from botocore.config import Config
def shown(value):
    return value.isoformat() if hasattr(value, 'isoformat') else value.read().decode()
for line in sys.stdin:
    step = json.loads(line)
    client = boto3.client(step['service'], config=Config(retries={'total_max_attempts': 1}))
    try:
        output = getattr(client, botocore.xform_name(step['operation']))(**step['input'])
        output.pop('ResponseMetadata', None)
        answer = {'output': output}
    except botocore.exceptions.ClientError as error:
        answer = {'code': error.response['Error']['Code'], 'message': error.response['Error']['Message']}
    print(json.dumps(answer, default=shown), flush=True)
`;

/** boto3, in one process for all calls. */
export const boto3: Opener = (endpoint) => {
  const child = spawn('python3', ['-c', PYTHON], { env: environment(endpoint), stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    call: async (step) => {
      child.stdin.write(`${JSON.stringify(step)}\n`);
      const line = (await lines.next()) as IteratorResult<string, undefined>;
      if (line.done) throw new Error('expected an answer of boto3, but its process ended');
      return JSON.parse(line.value) as Answer;
    },
    close: () => child.stdin.end(),
  };
};

/** Whether a program is there and runs. */
export function isInstalled(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** Environment of the other clients' processes: credentials and Region, and nothing of this machine's own. */
export function environment(endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIASESSION',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    PYTHONWARNINGS: 'ignore',
  };
}
