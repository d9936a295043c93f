import { describe, expect, it } from 'vitest';
import { completeEnvironment, parsePolicy, policyJsonSchema } from '../../domain/policy.ts';
import { messageOf } from './builders.ts';

const anEnvironment = (changes: object = {}): object => ({
  name: 'staging',
  strategy: { type: 'allAtOnce' },
  ...changes,
});
const policyText = (...environments: object[]): string => JSON.stringify({ environments });

const WINDOW = { days: ['mon'], from: '09:00', to: '16:00', timeZone: 'Europe/Berlin' };

describe('parsePolicy', () => {
  it('fills in every default', () => {
    const comparison = { ratio: 1.5, floorPercent: 0.1, limitPercent: 1, worthFindingPercent: 5 };
    expect(parsePolicy(policyText(anEnvironment()))).toEqual({
      environments: [
        {
          name: 'staging',
          strategy: { type: 'allAtOnce' },
          finalBakeMinutes: 0,
          evaluateEveryMinutes: 1,
          health: {
            alpha: 0.01,
            metricLagSeconds: 60,
            errors: comparison,
            throttles: comparison,
            slow: false,
            ignoreLatencyMinutes: 2,
            custom: [],
            alarms: [],
            onInsufficientData: 'inconclusive',
          },
          queue: 'supersede',
          onInconclusive: 'hold',
          minInvocations: 0,
          holdHours: 8,
          approval: 'none',
          verify: { warm: 'auto' },
          configuration: { variables: {}, secrets: {} },
          windows: [],
          freezes: [],
          frozenWithAll: true,
          eventSources: 'refuse',
          retention: { keepVersions: 5 },
        },
      ],
      freezes: [],
    });
  });

  it('accepts everything at once', () => {
    const secrets = { DB_PASSWORD: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf' };
    const document = {
      environments: [
        anEnvironment({ alias: 'stage', strategy: { type: 'canary', percent: 10, minutes: 5 } }),
        anEnvironment({
          name: 'production',
          strategy: { type: 'budget', failedRequests: 20, minutes: 30, floorPercent: 0.5, growth: 3 },
          finalBakeMinutes: 10,
          evaluateEveryMinutes: 2,
          health: {
            alpha: 0.001,
            errors: { limitPercent: 2 },
            throttles: false,
            slow: { overMilliseconds: 300 },
            alarms: ['p99'],
          },
          onInconclusive: 'rollBack',
          minInvocations: 100,
          holdHours: 24,
          approval: 'before',
          verify: { hook: 'check-orders', warm: 5 },
          configuration: { variables: { LOG_LEVEL: 'info' }, secrets },
          windows: [WINDOW, { ...WINDOW, days: ['fri', 'sat'], from: '22:00', to: '24:00' }],
          freezes: [{ from: '2026-12-20T00:00:00+01:00', until: '2027-01-02T00:00:00+01:00', why: 'holidays' }],
          frozenWithAll: false,
          retention: { keepVersions: 3 },
        }),
      ],
      freezes: [{ from: '2026-03-01T00:00:00Z', until: '2026-03-02T00:00:00Z', why: 'audit' }],
      notifications: {
        snsTopicArn: 'arn:aws:sns:us-east-1:123456789012:releases',
        slackWebhookSecret: 'weighbridge/slack',
      },
    };
    const policy = parsePolicy(JSON.stringify(document));
    expect(policy).toMatchObject(document);
    expect(parsePolicy(JSON.stringify(policy))).toEqual(policy);
  });

  it.each([
    {
      name: 'no environments',
      environments: [],
      says: 'environments: expected a list with a length of at least 1, got []',
    },
    {
      name: 'an unknown key, naming the known ones',
      environments: [anEnvironment({ stratgy: 1 })],
      says: 'environments[0]: expected only the keys name, alias, strategy, finalBakeMinutes, evaluateEveryMinutes, health, onInconclusive, minInvocations, holdHours, approval, verify, configuration, eventSources, queue, windows, freezes, frozenWithAll, retention, got the unknown key "stratgy"',
    },
    {
      name: 'a time zone that there is not',
      environments: [anEnvironment({ windows: [{ ...WINDOW, timeZone: 'Europe/Berlyn' }] })],
      says: 'environments[0].windows[0].timeZone: expected a time zone such as Europe/Berlin or UTC, got a name that is unknown here',
    },
    {
      name: 'a window that has no length',
      environments: [anEnvironment({ windows: [{ ...WINDOW, to: '09:00' }] })],
      says: 'environments[0].windows[0].to: expected another time than `from`, got the same',
    },
    {
      name: 'a window with a time that there is not',
      environments: [anEnvironment({ windows: [{ ...WINDOW, from: '24:00' }] })],
      says: 'environments[0].windows[0].from: expected a time of day from 00:00 to 23:59, got "24:00"',
    },
    {
      name: 'a freeze that ends before it begins',
      environments: [
        anEnvironment({ freezes: [{ from: '2026-01-02T00:00:00Z', until: '2026-01-02T00:00:00+01:00', why: 'w' }] }),
      ],
      says: 'environments[0].freezes[0].until: expected a time after `from`',
    },
    {
      name: 'a freeze without an offset',
      environments: [
        anEnvironment({ freezes: [{ from: '2026-01-02T00:00:00', until: '2026-01-03T00:00:00Z', why: 'w' }] }),
      ],
      says: 'environments[0].freezes[0].from: expected a time such as 2026-12-24T00:00:00+01:00, got "2026-01-02T00:00:00"',
    },
    {
      name: 'an unknown strategy, naming the known ones',
      environments: [anEnvironment({ strategy: { type: 'canry' } })],
      says: 'environments[0].strategy.type: expected one of "allAtOnce", "canary", "linear", "steps", "blueGreen", "budget", got "canry"',
    },
    {
      name: "another strategy's setting",
      environments: [anEnvironment({ strategy: { type: 'canary', percent: 10, minutes: 5, everyMinutes: 1 } })],
      says: 'environments[0].strategy: expected only the keys type, percent, minutes, got the unknown key "everyMinutes"',
    },
    {
      name: 'an unknown key within a comparison',
      environments: [anEnvironment({ health: { errors: { ration: 2 } } })],
      says: 'environments[0].health.errors: expected only the keys ratio, floorPercent, limitPercent, worthFindingPercent, got the unknown key "ration"',
    },
    {
      name: 'a comparison that is switched on by true',
      environments: [anEnvironment({ health: { errors: true } })],
      says: 'environments[0].health.errors: expected',
    },
    {
      name: 'a share of 100 %',
      environments: [anEnvironment({ strategy: { type: 'canary', percent: 100, minutes: 1 } })],
      says: 'percent: expected at most 99.99, got 100',
    },
    {
      name: 'a share of nothing',
      environments: [anEnvironment({ strategy: { type: 'canary', percent: 0, minutes: 1 } })],
      says: 'percent: expected at least 0.01, got 0',
    },
    {
      name: 'no time',
      environments: [anEnvironment({ strategy: { type: 'canary', percent: 5, minutes: 0 } })],
      says: 'minutes: expected more than 0, got 0',
    },
    {
      name: 'shares that do not rise',
      environments: [
        anEnvironment({
          strategy: {
            type: 'steps',
            steps: [
              { percent: 10, minutes: 1 },
              { percent: 10, minutes: 1 },
            ],
          },
        }),
      ],
      says: 'environments[0].strategy.steps: expected the shares to rise from step to step, got [10,10]',
    },
    {
      name: 'blue/green without a final bake',
      environments: [anEnvironment({ strategy: { type: 'blueGreen' } })],
      says: 'environments[0].finalBakeMinutes: expected more than 0, since blueGreen is judged at 100 %, got 0',
    },
    {
      name: 'one name twice',
      environments: [anEnvironment(), anEnvironment({ alias: 'x' })],
      says: 'environments[1].name: expected name to be used once, got "staging" again',
    },
    {
      name: 'one alias twice',
      environments: [anEnvironment(), anEnvironment({ name: 'x', alias: 'staging' })],
      says: 'environments[1].alias: expected alias to be used once, got "staging" again',
    },
    {
      name: 'an alias of digits',
      environments: [anEnvironment({ alias: '12' })],
      says: 'environments[0].alias: expected an alias that is not digits only',
    },
    {
      name: 'a name of digits without an alias',
      environments: [anEnvironment({ name: '12' })],
      says: 'environments[0].alias: expected an alias, since the name "12" is digits only, got nothing',
    },
    {
      name: 'an alias with other signs',
      environments: [anEnvironment({ alias: 'a.b' })],
      says: 'expected an alias of letters, digits, - and _, got "a.b"',
    },
    {
      name: 'an alias that is too long',
      environments: [anEnvironment({ alias: 'a'.repeat(129) })],
      says: 'expected a text with a length of at most 128',
    },
    {
      name: 'a hold beyond a day',
      environments: [anEnvironment({ holdHours: 25 })],
      says: 'holdHours: expected at most 24, got 25',
    },
    {
      name: 'one alarm twice',
      environments: [anEnvironment({ health: { alarms: ['a', 'a'] } })],
      says: 'health.alarms: expected every alarm once',
    },
    {
      name: 'a reserved variable',
      environments: [anEnvironment({ configuration: { variables: { AWS_REGION: 'x' } } })],
      says: 'expected a name that Lambda does not keep for itself, got the name "AWS_REGION"',
    },
    {
      name: 'a variable that Lambda would refuse',
      environments: [anEnvironment({ configuration: { variables: { '1A': 'x' } } })],
      says: 'begins with a letter, got the name "1A"',
    },
    {
      name: 'a secret that is no reference',
      environments: [anEnvironment({ configuration: { secrets: { DB: 'hunter2' } } })],
      says: 'configuration.secrets.DB: expected the ARN of a Secrets Manager secret, got "hunter2"',
    },
    {
      name: 'one name as variable and as secret',
      environments: [
        anEnvironment({
          configuration: {
            variables: { DB: '1' },
            secrets: { DB: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db' },
          },
        }),
      ],
      says: 'configuration.secrets.DB: expected a name of its own, got the name of a variable',
    },
    {
      name: 'an unknown answer to an open verdict',
      environments: [anEnvironment({ onInconclusive: 'wait' })],
      says: 'onInconclusive: expected one of "hold", "promote", "rollBack", got "wait"',
    },
  ])('refuses $name', ({ environments, says }) => {
    const act = (): unknown => parsePolicy(JSON.stringify({ environments }));
    expect(act).toThrow(expect.objectContaining({ name: 'InvalidReleaseError' }));
    expect(messageOf(act)).toContain(says);
    expect(messageOf(act)).toContain('correct the policy and try again');
  });

  it('names every problem, each on its own line', () => {
    const message = messageOf(() =>
      parsePolicy(policyText(anEnvironment({ holdHours: 99, alias: '1' }), anEnvironment({ approval: 'never' }))),
    );
    expect(message.split('\n')).toHaveLength(5);
    expect(message).toMatch(/^the policy has 3 problems:/);
  });

  it.each(['', '{', 'null', '"policy"', '[]'])('refuses the text %j', (text) => {
    expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ name: 'InvalidReleaseError' }));
  });
});

describe('completeEnvironment', () => {
  it('names the environment in its error', () => {
    const broken = { name: 'production', strategy: { type: 'canary', percent: 10, minutes: -1 } } as const;
    expect(messageOf(() => completeEnvironment(broken))).toContain('the environment production has a problem');
  });
});

describe('policyJsonSchema', () => {
  it('describes a closed document with its strategies', () => {
    const schema = JSON.parse(JSON.stringify(policyJsonSchema())) as Record<string, unknown>;
    expect(schema).toMatchObject({
      title: 'Weighbridge policy',
      type: 'object',
      additionalProperties: false,
      required: ['environments'],
    });
    const text = JSON.stringify(schema);
    for (const name of ['allAtOnce', 'canary', 'linear', 'steps', 'blueGreen', 'budget'])
      expect(text).toContain(`"const":"${name}"`);
  });

  it('wants nothing that has a default', () => {
    const schema = policyJsonSchema() as { properties: { environments: { items: { required: string[] } } } };
    expect(schema.properties.environments.items.required).toEqual(['name', 'strategy']);
  });
});
