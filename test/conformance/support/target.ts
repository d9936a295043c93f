import { randomUUID } from 'node:crypto';
import { setTimeout as realSleep } from 'node:timers/promises';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { createSandbox } from '../../../sandbox/sandbox.ts';

/** What clients of the target are made with; on a remote target, the SDK's own chain finds the rest. */
export type TargetConfig = Readonly<Record<string, unknown>>;

/** What the suite runs against: a sandbox of its own, or with `REMOTE=1` whatever the environment names. */
export interface Target {
  readonly clientConfig: TargetConfig;
  /** A role that Lambda and Step Functions may assume. */
  readonly roleArn: string;
  /** Milliseconds; virtual in the sandbox. */
  sleep(ms: number): Promise<void>;
  /** Does several calls before anything else happens: the sandbox's time stands still, a real one is quick enough. */
  atOnce<T>(work: () => Promise<T>): Promise<T>;
  /** A name that nothing else has: `weighbridge-conformance-<kind>-<random>`. */
  nameOf(kind: string): string;
  /** Registers how to undo a creation, before it is tried. Undone in reverse order, each whatever the others do. */
  afterwards(what: string, undo: () => Promise<unknown>): void;
  /** Undoes everything. @throws Error naming what is left, when something could not be undone. */
  close(): Promise<void>;
}

/** Whether the suite is aimed at the account of the environment. */
export const REMOTE = process.env['REMOTE'] === '1';

/** Opens the target that the environment asks for. @throws Error when `REMOTE=1` comes without a role. */
export async function openTarget(): Promise<Target> {
  const undo: Undo[] = [];
  const base = REMOTE ? remote() : await local();
  return {
    ...base,
    nameOf: (kind) => `weighbridge-conformance-${kind}-${randomUUID().slice(0, 8)}`,
    afterwards: (what, action) => void undo.push({ what, action }),
    close: async () => {
      const left = await undoAll(undo);
      await base.close();
      if (left.length > 0) throw new Error(`could not be removed, please do: ${left.join('; ')}`);
    },
  };
}

interface Undo {
  readonly what: string;
  readonly action: () => Promise<unknown>;
}

type Base = Pick<Target, 'clientConfig' | 'roleArn' | 'sleep' | 'atOnce' | 'close'>;

/** Errors that say that there is nothing to undo. */
const GONE = /NotFound|NoSuch|DoesNotExist/;

async function undoAll(undo: readonly Undo[]): Promise<string[]> {
  const left: string[] = [];
  for (const { what, action } of undo.toReversed()) {
    try {
      await action();
    } catch (cause) {
      const { name, message } = cause as Error;
      if (!GONE.test(name)) left.push(`${what} (${name}: ${message})`);
    }
  }
  return left;
}

function remote(): Base {
  const roleArn = process.env['CONFORMANCE_ROLE_ARN'];
  if (!roleArn)
    throw new Error('REMOTE=1 needs CONFORMANCE_ROLE_ARN: a role that Lambda and Step Functions may assume');
  return {
    clientConfig: {},
    roleArn,
    sleep: (ms) => realSleep(ms),
    atOnce: (work) => work(),
    close: () => Promise.resolve(),
  };
}

async function local(): Promise<Base> {
  const sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  const { Role } = await new IAMClient(sandbox.clientConfig).send(
    new CreateRoleCommand({ RoleName: 'conformance', AssumeRolePolicyDocument: TRUST }),
  );
  return {
    clientConfig: { ...sandbox.clientConfig },
    roleArn: Role?.Arn ?? '',
    sleep: (ms) => sandbox.world.clock.sleep(ms),
    atOnce: (work) => sandbox.world.clock.held('request', work),
    close: () => sandbox.close(),
  };
}

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
});
