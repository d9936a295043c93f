/** How late CloudWatch shows a minute, in seconds after its end. */
export type Lag = {
  from: number;
  to: number;
  /** Whether half of a minute's figures show up thirty seconds after its end already and are corrected later. */
  revised?: boolean;
};

/** Fractions of requests that are slow: of the stable version, of the candidate, and of a candidate that starts cold. */
export type Slowness = {
  stable: number;
  candidate: number;
  /** In the minute and a half after each rise of the share. */
  cold?: number;
};

/** What an alias goes through while a release is let in; the same for every policy. Rates of failure are fractions. */
export type Cell = {
  name: string;
  group: 'equal' | 'worse' | 'better';
  /** Mean requests per second. */
  rate: number;
  stable: number;
  candidate: number;
  slow?: Slowness;
  /** An incident that hits both versions in mid-rollout: its failure rate. */
  incident?: number;
  /** Whether an alarm on the alias's errors was firing before the rollout began, and gates it. */
  alarm?: boolean;
  lag: Lag;
  /** Whether it differs from the plain cells by more than rates. */
  variant?: boolean;
};

/** How often each group is played. */
export type Effort = { equal: number; worse: number; better: number };
