import type { PolicyDocument } from '../../infra/function-policy.ts';

/**
 * How releases of the example reach its users: at once in staging; in production 10 %, then 50 %, then everyone, with
 * two minutes to show what each share does.
 */
export function ordersPolicy({ alarm }: { alarm: string }): PolicyDocument {
  return {
    environments: [
      { name: 'staging', strategy: { type: 'allAtOnce' }, health: { errors: false, throttles: false } },
      {
        name: 'production',
        strategy: {
          type: 'steps',
          steps: [
            { percent: 10, minutes: 2 },
            { percent: 50, minutes: 2 },
          ],
        },
        finalBakeMinutes: 2,
        health: { alarms: [alarm] },
        retention: { keepVersions: 5 },
      },
    ],
  };
}
