import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBClient as Client } from '@aws-sdk/client-dynamodb';
import { expected, InvariantError } from '../../domain/errors.ts';

/** Configuration that every SDK client takes; empty on Lambda, where the environment says it all. */
export type SdkConfig = Pick<
  DynamoDBClientConfig,
  'region' | 'endpoint' | 'credentials' | 'requestHandler' | 'maxAttempts'
>;

/** What a step runs on: settings, clients' configuration, a way to wait and a way to reach a webhook. */
export interface Host {
  /** @throws InvariantError when the setting is missing: the stack is wrong. */
  setting(name: string): string;
  optional(name: string): string | undefined;
  readonly sdk: SdkConfig;
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
  readonly fetch?: typeof fetch;
}

/** The host that Lambda is. Reads nothing and creates nothing until it is asked. */
export function lambdaHost(parts: HostParts = {}): Host {
  const env = parts.env ?? process.env;
  const sdk = parts.sdk ?? {};
  let dynamoDb: DynamoDBClient | undefined;
  return {
    setting(name) {
      const value = env[name];
      if (value) return value;
      throw new InvariantError(expected(`environment variable ${name}`, value, 'deploy the stack again'));
    },
    optional: (name) => env[name] || undefined,
    sdk,
    dynamoDb: () => (dynamoDb ??= new Client(sdk)),
    sleep: parts.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    fetch: parts.fetch ?? fetch,
  };
}
