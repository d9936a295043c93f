import type { World } from '../../core/world.ts';
import type { JsonObject } from '../asl/json.ts';

/** The HTTP facts that optimised integrations add to a result. */
export function sdkMetadata(
  world: World,
  requestId: string,
  headers: Readonly<Record<string, string>>,
  status: number,
): JsonObject {
  const all: Record<string, string> = {
    ...headers,
    'x-amzn-RequestId': requestId,
    Date: new Date(world.clock.now()).toUTCString(),
  };
  const lists = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]]));
  return {
    SdkHttpMetadata: { AllHttpHeaders: lists, HttpHeaders: all, HttpStatusCode: status },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
