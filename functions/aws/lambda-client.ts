import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Host } from './host.ts';

const clients = new WeakMap<Host, LambdaClient>();

/**
 * One client for a host. All control-plane calls of an account share 15 requests a second: see `retries.ts`.
 * Source: AWS Lambda developer guide, "Lambda quotas".
 */
export function lambdaClient(host: Host): LambdaClient {
  const existing = clients.get(host);
  if (existing) return existing;
  const client = new LambdaClient(host.sdk);
  clients.set(host, client);
  return client;
}
