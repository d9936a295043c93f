import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';
import { awsCli, boto3, isInstalled, javascript, type Answer, type Opener } from './clients.ts';
import { SESSION, type Step } from './session.ts';

const OTHERS: { name: string; opener: Opener; installed: boolean }[] = [
  { name: 'the AWS CLI', opener: awsCli, installed: isInstalled('aws', '--version') },
  { name: 'boto3', opener: boto3, installed: isInstalled('python3', '-c', 'import boto3') },
];

const title = (step: Step, i: number): string => `${i + 1} ${step.service} ${step.operation}`;

describe('one session through several clients', () => {
  let expected: readonly Answer[];
  beforeAll(async () => void (expected = await play(javascript)), 60_000);

  it('is answered as the JavaScript SDK expects, errors included', () => {
    const outcomes = expected.map(
      (answer, i) => `${title(SESSION[i] as Step, i)}: ${'code' in answer ? answer.code : 'ok'}`,
    );
    expect(outcomes).toMatchSnapshot();
  });

  for (const { name, opener, installed } of OTHERS)
    it.skipIf(!installed)(
      `gets the same answers through ${name}${installed ? '' : ' (not installed)'}`,
      async () => {
        const answers = await play(opener);
        const labelled = (all: readonly Answer[]) => SESSION.map((step, i) => [title(step, i), comparable(all[i])]);
        expect(labelled(answers)).toEqual(labelled(expected));
      },
      240_000,
    );
});

/** Every client meets a sandbox of its own; the same seed gives all the same ids. */
async function play(opener: Opener): Promise<Answer[]> {
  const sandbox = await createSandbox({ clock: { kind: 'virtual' }, port: 0 });
  const caller = opener(sandbox.url);
  try {
    await upload(sandbox);
    const answers: Answer[] = [];
    for (const step of SESSION) {
      if (step.after !== undefined) await sandbox.world.clock.sleep(step.after);
      answers.push(await caller.call(step));
      if (step.operation === 'CreateBucket') await upload(sandbox);
    }
    return answers;
  } finally {
    caller.close?.();
    await sandbox.close();
  }
}

async function upload({ clientConfig }: Sandbox): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('export const handler = async () => 1;'), 'index.mjs', { mtime: new Date(0) });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  const put = new PutObjectCommand({ Bucket: 'artifacts', Key: 'code.zip', Body: Buffer.concat(chunks) });
  await new S3Client(clientConfig).send(put).catch(() => undefined);
}

/** An answer without what differs from run to run or is only the client's way of showing it. */
function comparable(answer: Answer | undefined): unknown {
  if (!answer) return undefined;
  if ('output' in answer) return simplified(answer.output);
  const code = ALIASES[answer.code] ?? answer.code.replace(/Exception$/, '');
  return code === 'NotFound' ? { code } : { code, message: answer.message };
}

/** Codes under which botocore knows what the JavaScript SDK names by the model; answers to HEAD have no message. */
const ALIASES: Readonly<Record<string, string>> = {
  'AWS.SimpleQueueService.NonExistentQueue': 'QueueDoesNotExist',
  '404': 'NotFound',
};

/** What botocore adds to requests by itself, and the service repeats. */
const ADDED = new Set(['EncodingType']);

const TIMES = /(date|time|timestamp|created|lastmodified|statetransitionedtimestamp)$/i;

function simplified(value: unknown, key = ''): unknown {
  if (value instanceof Date || (TIMES.test(key) && (typeof value === 'number' || typeof value === 'string')))
    return '<time>';
  if (typeof value === 'string') return simplifiedText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => simplified(item));
  const present = Object.entries(value).filter(([name, each]) => each != null && !ADDED.has(name));
  return Object.fromEntries(present.map(([name, each]) => [name, simplified(each, name)]));
}

/** IAM's policy documents are percent-encoded; botocore decodes them, the JavaScript SDK does not. */
function simplifiedText(text: string): unknown {
  if (text.startsWith('%7B')) return JSON.parse(decodeURIComponent(text)) as unknown;
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?/g, '<time>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, '<endpoint>');
}
