/** Settings of the sandbox's Lambda. Times are sandbox milliseconds unless they say otherwise. */
export interface LambdaOptions {
  /** How long a new function stays Pending. */
  readonly createDelayMs?: number;
  /** How long an update of code or configuration stays InProgress. */
  readonly updateDelayMs?: number;
  /** How long provisioned concurrency takes to become ready. */
  readonly provisionDelayMs?: number;
  /** The account's concurrent executions. */
  readonly concurrencyLimit?: number;
  /** What reserved and provisioned concurrency must leave to the other functions. */
  readonly minimumUnreserved?: number;
  /** How many child processes one version may have. */
  readonly environmentsPerVersion?: number;
  /** How many child processes there may be in all. */
  readonly environments?: number;
  /** Real milliseconds after which an unused child process ends. */
  readonly idleMs?: number;
  /** Real milliseconds that the init phase of a child process may take. */
  readonly initTimeoutMs?: number;
  /** Folder for unzipped packages; a temporary one when absent. */
  readonly workDir?: string;
}

export type Settings = Required<Omit<LambdaOptions, 'workDir'>> & Pick<LambdaOptions, 'workDir'>;

/** Fills in Lambda's own limits and delays that are pleasant to watch. */
export function settingsOf(options: LambdaOptions = {}): Settings {
  return {
    createDelayMs: 1_500,
    updateDelayMs: 1_000,
    provisionDelayMs: 60_000,
    concurrencyLimit: 1_000,
    minimumUnreserved: 100,
    environmentsPerVersion: 8,
    environments: 24,
    idleMs: 300_000,
    initTimeoutMs: 10_000,
    ...options,
  };
}
