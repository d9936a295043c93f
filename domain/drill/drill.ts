/** The fire drill: a bad candidate of a function of its own is released through the same machine, and has to come back. */

/** The one environment of the drill's function, and its alias. */
export const DRILL_ENVIRONMENT = 'production';

/**
 * The drill function's policy: half of the traffic for ten minutes, judged every half minute by its errors alone. What
 * cannot be judged is rolled back, which is safe, and fails the drill, which wants the verdict `unhealthy`. It goes on while
 * all functions are frozen: that is when it matters that rollbacks work.
 */
export const DRILL_POLICY = {
  environments: [
    {
      name: DRILL_ENVIRONMENT,
      strategy: { type: 'canary', percent: 50, minutes: 10 },
      evaluateEveryMinutes: 0.5,
      health: { throttles: false },
      onInconclusive: 'rollBack',
      frozenWithAll: false,
      retention: { keepVersions: 2 },
    },
  ],
} as const;

/** The limits that a drill asserts, in seconds. */
export const DRILL_LIMITS = {
  /** From the upload to the first sign of a rollout. */
  toBegin: 300,
  /** From the upload to the end of everything. */
  toEnd: 1800,
  /** From the tick that saw the bad figures to the alias restored. */
  toReact: 60,
  /** From the candidate's first traffic to the alias restored. */
  toRecover: 600,
} as const;

const BASELINE = /-baseline$/;

/** The versions of one drill: later drills have newer ones, and a drill's candidate is newer than its baseline. */
export interface DrillVersions {
  readonly baseline: string;
  readonly candidate: string;
}

/** Versions for a drill that began at `startedAt` (ISO 8601, UTC), to the second: `1.20261126.90507`. */
export function drillVersions(startedAt: string): DrillVersions {
  const [day = '', time = ''] = startedAt.split('T');
  const candidate = `1.${number(day)}.${number(time.slice(0, 8))}`;
  return { baseline: `${candidate}-baseline`, candidate };
}

/** Whether a release is one that drills come back to. */
export function isBaseline(version: string): boolean {
  return BASELINE.test(version);
}

/** The code of a release of the drill function: the baseline answers, a candidate throws whatever it is asked. */
export function drillPackage(version: string): Readonly<Record<string, string>> {
  const answer = isBaseline(version)
    ? `return { statusCode: 200, body: '${version}' };`
    : `throw new Error('${version} is bad on purpose: this is a fire drill');`;
  return { 'index.mjs': `export const handler = async () => {\n  ${answer}\n};\n` };
}

/** Numbers of a semantic version have no leading zero. */
function number(text: string): number {
  return Number(text.replaceAll(/\D/g, ''));
}
