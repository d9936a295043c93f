/** One thing that was looked at, and what to do when it is not in order. */
export interface Finding {
  /** What was checked: `stack`, `policy`, `alias`, `lock`, `rollout`, `group`, `freeze`, `trail`, `undelivered events`. */
  readonly check: string;
  /** What of: a function, `function environment`, or a resource's name. */
  readonly subject: string;
  readonly ok: boolean;
  /** What was found. */
  readonly message: string;
  /** What to do; only where something is wrong. */
  readonly todo?: string;
}

/** Something that is as it should be. */
export function fine(check: string, subject: string, message: string): Finding {
  return { check, subject, ok: true, message };
}

/** Something that is wrong, with what to do about it. */
export function problem(check: string, subject: string, message: string, todo: string): Finding {
  return { check, subject, ok: false, message, todo };
}
