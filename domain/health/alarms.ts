import type { AlarmReading, VerdictKind } from './figures.ts';
import type { HealthRules } from './rules.ts';

/** What an alarm says about the rollout. `poisoned`: it fired before the candidate had any traffic, so it cannot judge it. */
export type AlarmFinding = { kind: VerdictKind | 'poisoned'; reason: string };

/** Reads every alarm of the policy as a gate; an alarm without a reading does not exist, and that is not health. */
export function readAlarms(rules: HealthRules, readings: readonly AlarmReading[]): AlarmFinding[] {
  return rules.alarms.map((name) => {
    const reading = readings.find((one) => one.name === name);
    return findingOf(reading ?? { name, state: 'MISSING', atStart: 'MISSING' }, rules);
  });
}

function findingOf({ name, state, atStart }: AlarmReading, rules: HealthRules): AlarmFinding {
  switch (state) {
    case 'OK':
      return { kind: 'healthy', reason: `alarm ${name} is OK` };
    case 'ALARM':
      return atStart === 'ALARM' ? poisoned(name) : fired(name, atStart);
    case 'INSUFFICIENT_DATA':
      return insufficient(name, rules.onInsufficientData);
    case 'MISSING':
      return {
        kind: 'inconclusive',
        reason: `alarm ${name} does not exist, so it cannot say that all is well: inconclusive`,
      };
  }
}

function fired(name: string, atStart: string): AlarmFinding {
  return { kind: 'unhealthy', reason: `alarm ${name} went from ${atStart} to ALARM during the rollout: unhealthy` };
}

function poisoned(name: string): AlarmFinding {
  const reason = `alarm ${name} was in ALARM before the rollout began, so it is reported and does not judge the candidate`;
  return { kind: 'poisoned', reason };
}

function insufficient(name: string, rule: HealthRules['onInsufficientData']): AlarmFinding {
  const kind = rule === 'ignore' ? 'healthy' : rule;
  const meaning = rule === 'ignore' ? 'the policy ignores that' : `${rule} by policy`;
  return { kind, reason: `alarm ${name} is in INSUFFICIENT_DATA: ${meaning}` };
}
