import { Failure, usage } from './failure.ts';
import { isRunning, readSandbox } from './sandbox-file.ts';
import type { RunningSandbox } from './sandbox-file.ts';

/** Options that say where a command goes. */
export interface TargetOptions {
  /** `true` without a URL. */
  readonly sandbox?: string | true;
  readonly aws?: boolean;
  readonly region?: string;
  readonly profile?: string;
}

/** What SDK clients are given; what is absent comes from the SDK's own default chain. */
export interface ClientConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Where a command goes: a sandbox on this machine, or an AWS account. */
export interface Target {
  readonly kind: 'sandbox' | 'aws';
  readonly clientConfig: ClientConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Any key that belongs to no role is the sandbox's administrator. */
export const SANDBOX_CREDENTIALS = { accessKeyId: 'weighbridge', secretAccessKey: 'weighbridge' };
const SANDBOX_REGION = 'us-east-1';

/** Environment variables that say which AWS account is meant. */
const CHOOSES_AWS = [
  'AWS_ENDPOINT_URL',
  'AWS_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/**
 * Decides where to go, the most explicit first: `--aws`, `--sandbox`, `WEIGHBRIDGE_ENDPOINT`, AWS credentials in the
 * environment, a sandbox that runs in this folder, the SDK's default chain.
 * @throws Failure when a sandbox is meant that does not run: never falls through to an account unasked.
 */
export function resolveTarget(options: TargetOptions, env: Environment, folder: string): Target {
  if (options.aws && options.sandbox) throw usage('--aws and --sandbox exclude each other');
  if (options.profile && options.sandbox) throw usage('--profile and --sandbox exclude each other');
  if (options.aws || options.profile) return onAws(options, env);
  if (typeof options.sandbox === 'string') return inSandbox(checkedUrl(options.sandbox, '--sandbox'), options);
  if (env.WEIGHBRIDGE_ENDPOINT) return inSandbox(checkedUrl(env.WEIGHBRIDGE_ENDPOINT, 'WEIGHBRIDGE_ENDPOINT'), options);
  if (!options.sandbox && CHOOSES_AWS.some((name) => env[name])) return onAws(options, env);
  return announced(options, env, readSandbox(folder));
}

function announced(options: TargetOptions, env: Environment, found: RunningSandbox | undefined): Target {
  if (found && isRunning(found)) return inSandbox(found.url, { region: options.region ?? found.region });
  if (found) {
    const todo = 'start it again with `weighbridge sandbox`, or say --aws if you mean an AWS account';
    throw new Failure(`the sandbox that ran here (process ${found.pid}) is gone: ${todo}`);
  }
  if (options.sandbox) throw new Failure('no sandbox runs in this folder: start one with `weighbridge sandbox`');
  return onAws(options, env);
}

function inSandbox(endpoint: string, { region }: { region?: string }): Target {
  const clientConfig = { endpoint, region: region ?? SANDBOX_REGION, credentials: SANDBOX_CREDENTIALS };
  return { kind: 'sandbox', clientConfig };
}

/** An endpoint in the environment is named, so that everyone can see that it is not AWS's own. */
function onAws({ region }: TargetOptions, { AWS_ENDPOINT_URL: endpoint }: Environment): Target {
  return { kind: 'aws', clientConfig: { ...(region && { region }), ...(endpoint && { endpoint }) } };
}

function checkedUrl(text: string, what: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/$/, '');
  throw usage(`${what}: expected a URL such as http://127.0.0.1:4566, got ${JSON.stringify(text)}`);
}
