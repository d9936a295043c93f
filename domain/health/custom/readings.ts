/** One minute's value of a metric; `at` is the start of the minute in milliseconds since the epoch. */
export type MinuteValue = { at: number; value: number };

/** What CloudWatch has of one custom rule for both versions. A minute without data has no value. */
export type CustomReading = { name: string; candidate: readonly MinuteValue[]; stable: readonly MinuteValue[] };

/** What one custom rule found. */
export type CustomFigures = {
  /** Judged minutes: with a value of the candidate for a limit, of both versions for a comparison. */
  minutes: number;
  /** Minutes that a verdict takes at least. */
  neededMinutes: number;
  /** Minutes in which the candidate was beyond the limit, or worse than the stable version by more than the tolerance. */
  bad: number;
  /** Of a limit: the most breaches within one window. */
  worstWindow?: number;
  /** Of a comparison: the evidence that the candidate is worse in more than half of the minutes. */
  eValue?: number;
  /** Medians over the judged minutes, for people. */
  candidateMedian?: number;
  stableMedian?: number;
};
