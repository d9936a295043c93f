import type { Data } from '../asl/json.ts';

/** How a task ended, whoever says so. */
export type TaskAnswer =
  | { readonly kind: 'success'; readonly output: Data }
  | { readonly kind: 'failure'; readonly error: string | undefined; readonly cause: string | undefined };
