import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBClient as Client } from '@aws-sdk/client-dynamodb';
import type { RetryStrategyV2 } from '@smithy/types';
import { expected, InvariantError } from '../../domain/errors.ts';
import { patientRetries } from './retries.ts';

/** Configuration that every SDK client takes; empty on Lambda, where the environment says it all. */
export type SdkConfig = Pick<
  DynamoDBClientConfig,
  'region' | 'endpoint' | 'credentials' | 'requestHandler' | 'maxAttempts'
> & { readonly retryStrategy?: RetryStrategyV2 };

/** What a step runs on: settings, clients' configuration, a way to wait and a way to reach a webhook. */
export interface Host {
  /** @throws InvariantError when the setting is missing: the stack is wrong. */
  setting(name: string): string;
  optional(name: string): string | undefined;
  /** For one client: each is paced by itself. Given a number of attempts, the SDK's own retries are used. */
  readonly sdk: SdkConfig;
  /** An invocation begins: until when it may take (ms since the epoch), and whether it goes before others. */
  begin(invocation: { readonly endsAt: number; readonly urgent: boolean }): void;
  /** When this invocation is cut off at the latest (ms since the epoch); undefined outside of one. */
  endsAt(): number | undefined;
  /** Shared by the ledger and the idempotency records. */
  dynamoDb(): DynamoDBClient;
  readonly sleep: (ms: number) => Promise<void>;
  readonly fetch: typeof fetch;
}

/** What a host is made of; each part has Lambda's own as its default. */
export interface HostParts {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly sdk?: SdkConfig;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
}

/** The host that Lambda is. Reads nothing and creates nothing until it is asked. */
export function lambdaHost(parts: HostParts = {}): Host {
  const env = parts.env ?? process.env;
  const sleep = parts.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const random = parts.random ?? Math.random;
  let invocation: { readonly endsAt: number; readonly urgent: boolean } | undefined;
  let dynamoDb: DynamoDBClient | undefined;
  const sdk = (): SdkConfig => {
    if (parts.sdk?.maxAttempts !== undefined) return parts.sdk;
    const host = { sleep, random, endsAt: () => invocation?.endsAt, urgent: () => invocation?.urgent ?? false };
    return { ...parts.sdk, retryStrategy: patientRetries(host) };
  };
  return {
    setting(name) {
      const value = env[name];
      if (value) return value;
      throw new InvariantError(expected(`environment variable ${name}`, value, 'deploy the stack again'));
    },
    optional: (name) => env[name] || undefined,
    get sdk() {
      return sdk();
    },
    begin: (next) => void (invocation = next),
    endsAt: () => invocation?.endsAt,
    dynamoDb: () => (dynamoDb ??= new Client(sdk())),
    sleep,
    fetch: parts.fetch ?? fetch,
  };
}
