import { DefaultRateLimiter } from '@smithy/core/retry';
import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';

/** What retrying depends on. Times in ms; `endsAt` since the epoch, undefined when nothing ends by itself. */
export interface RetryHost {
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** When this invocation is cut off. */
  readonly endsAt: () => number | undefined;
  /** Whether this invocation must get through before others, as a rollback must. */
  readonly urgent: () => boolean;
}

/** Attempts at a call that failed on the way or on AWS's side: those are rare and end soon. */
const ATTEMPTS = 3;
/** Attempts at a call that was throttled, where no end of the invocation bounds them. */
const THROTTLED_ATTEMPTS = 12;
/** Left for what follows, in ms: whoever is cut off while waiting has waited for nothing. */
const RESERVE = 5_000;

/** First and longest mean wait, in ms, doubled in between; each is drawn from nothing to twice that (full jitter). */
const PAUSES = {
  failed: { first: 50, longest: 1_000 },
  throttled: { first: 250, longest: 2_500 },
  urgent: { first: 100, longest: 500 },
} as const;

/**
 * Retries for one client. A throttled call is repeated for as long as the invocation lasts: what a step has read and done
 * so far stays done, whereas a new attempt of the step begins again, and spends the account's calls once more. Between
 * attempts it waits with full jitter, and the SDK's adaptive limiter paces the client's further calls. A call that fails
 * otherwise is repeated twice.
 * Source: AWS SDKs and Tools reference guide, "Retry behavior", adaptive mode.
 */
export function patientRetries(host: RetryHost): RetryStrategyV2 {
  const limiter = new DefaultRateLimiter();
  const paced = async (): Promise<void> => (host.urgent() ? undefined : limiter.getSendToken());
  return {
    async acquireInitialRetryToken() {
      await paced();
      return token(0);
    },
    async refreshRetryTokenForRetry(before, failure) {
      limiter.updateClientSendingRate(failure);
      const ms = pause(before.getRetryCount(), failure, host);
      if (!mayWait(before.getRetryCount() + 1, ms, failure, host)) throw new Error('no attempt left');
      await host.sleep(ms);
      await paced();
      return token(before.getRetryCount() + 1);
    },
    recordSuccess: () => limiter.updateClientSendingRate({}),
  };
}

function pause(retries: number, { errorType }: RetryErrorInfo, { urgent, random }: RetryHost): number {
  const { first, longest } = PAUSES[errorType !== 'THROTTLING' ? 'failed' : urgent() ? 'urgent' : 'throttled'];
  return Math.ceil(2 * random() * Math.min(longest, first * 2 ** retries));
}

function mayWait(attempts: number, ms: number, { errorType }: RetryErrorInfo, { endsAt }: RetryHost): boolean {
  if (errorType === 'TRANSIENT') return attempts < ATTEMPTS;
  if (errorType !== 'THROTTLING') return false;
  const end = endsAt();
  return end === undefined ? attempts < THROTTLED_ATTEMPTS : Date.now() + ms < end - RESERVE;
}

/** The waiting is done by then. */
function token(retries: number): RetryToken {
  return { getRetryCount: () => retries, getRetryDelay: () => 0 };
}
