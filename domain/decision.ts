/** What a person decided about a held rollout. */
export interface Decision {
  readonly decision: 'approve' | 'reject';
  readonly by: string;
  readonly why: string;
}
