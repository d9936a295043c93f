import type { PolicyDocument } from '../../infra/function-policy.ts';

/**
 * How releases of the example reach its users: at once in staging; in production a fifth, then half, then everyone. From
 * ten requests a second on, two minutes of a fifth are enough to see one failure in twenty.
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
            { percent: 20, minutes: 2 },
            { percent: 50, minutes: 2 },
          ],
        },
        finalBakeMinutes: 1,
        health: { alarms: [alarm] },
        retention: { keepVersions: 5 },
      },
    ],
  };
}
