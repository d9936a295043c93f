import { describe, expect, it } from 'vitest';
import {
  missingAlarms,
  roleDiffers,
  secretsInEnvironment,
  triggersBypassingAlias,
  versionOrder,
} from '../../domain/readiness.ts';

describe('versionOrder', () => {
  it.each([
    { candidate: '1.1.0', current: '1.0.0' },
    { candidate: '1.1.0', current: undefined },
    { candidate: '1.1.0', current: '1.1.0-rc.1' },
  ])('accepts $candidate after $current', ({ candidate, current }) => {
    expect(versionOrder(candidate, current)).toEqual([]);
  });

  it.each([
    { candidate: '1.0.9', current: '1.1.0' },
    { candidate: '1.1.0', current: '1.1.0' },
  ])('refuses $candidate after $current', ({ candidate, current }) => {
    const message = `expected a version above 1.1.0, which is in place, got ${candidate}; raise the version, or roll back to go back`;
    expect(versionOrder(candidate, current)).toEqual([{ check: 'version order', severity: 'refuse', message }]);
  });
});

describe('secretsInEnvironment', () => {
  it.each([
    { name: 'KEY_ID', value: 'AKIAIOSFODNN7EXAMPLE', what: 'an AWS access key id' },
    { name: 'CERT', value: '-----BEGIN RSA PRIVATE KEY-----\nabc', what: 'a private key' },
    { name: 'CHAT', value: 'xoxb-1234567890-abcdef', what: 'a Slack token' },
    { name: 'HOOK', value: 'https://hooks.slack.com/services/T00000/B00000/XXXX', what: 'a Slack webhook' },
    { name: 'DATABASE_URL', value: 'postgres://orders:hunter2@db:5432/orders', what: 'a password in a URL' },
    { name: 'CONNECTION', value: 'Server=db;Password=hunter2;', what: 'a password' },
    { name: 'DB_PASSWORD', value: 'hunter2', what: 'a value that its name calls a secret' },
    { name: 'API_KEY', value: 'a8Fk29dLq0Zx71Pb', what: 'a value that its name calls a secret' },
  ])('refuses $what in $name without repeating it', ({ name, value, what }) => {
    const [finding, ...others] = secretsInEnvironment({ [name]: value });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ check: 'secrets', severity: 'refuse' });
    expect(finding?.message).toContain(
      `expected environment variable ${name} to hold no credential, got ${what}; store it`,
    );
    expect(finding?.message).not.toContain(value);
  });

  it('only warns of what its name suggests', () => {
    expect(secretsInEnvironment({ SESSION_TOKEN: 'none' })).toMatchObject([{ severity: 'warn' }]);
  });

  it.each([
    { DB_PASSWORD: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db' },
    { DB_SECRET: 'orders/database' },
    { TOKEN_TTL_SECONDS: '3600' },
    { PASSWORD: '' },
    { TABLE: 'orders', LOG_LEVEL: 'info', ENDPOINT: 'https://example.com:8443/a?b=c' },
  ])('accepts %j', (variables) => {
    expect(secretsInEnvironment(variables)).toEqual([]);
  });
});

describe('triggersBypassingAlias', () => {
  it('refuses what invokes the bare function or $LATEST', () => {
    const findings = triggersBypassingAlias(
      [
        { qualifier: undefined, why: 'event source mapping e1' },
        { qualifier: '$LATEST', why: 'function URL' },
      ],
      'live',
    );
    expect(findings.map((one) => one.severity)).toEqual(['refuse', 'refuse']);
    expect(findings[0]?.message).toBe(
      'expected event source mapping e1 to name the alias live, got the bare function; point it at the alias live, or remove it',
    );
  });

  it('warns of what is tied to one version and accepts aliases', () => {
    const triggers = [
      { qualifier: '7', why: 'permission p' },
      { qualifier: 'live', why: 'a' },
      { qualifier: 'staging', why: 'b' },
    ];
    expect(triggersBypassingAlias(triggers, 'live')).toEqual([
      {
        check: 'trigger',
        severity: 'warn',
        message: 'expected permission p to name the alias live, got version 7; it will not meet the new release',
      },
    ]);
  });
});

describe('roleDiffers', () => {
  const stable = { version: '7', role: 'arn:aws:iam::1:role/a', deadLetterArn: 'arn:aws:sqs:us-east-1:1:q' };

  it('accepts versions that are alike', () => {
    expect(roleDiffers({ ...stable, version: '8' }, stable)).toEqual([]);
  });

  it.each([
    { name: 'another role', candidate: { ...stable, role: 'arn:aws:iam::1:role/b' }, check: 'role' },
    {
      name: 'another dead-letter target',
      candidate: { ...stable, deadLetterArn: 'arn:aws:sqs:us-east-1:1:r' },
      check: 'dead-letter target',
    },
    { name: 'no dead-letter target', candidate: { version: '8', role: stable.role }, check: 'dead-letter target' },
  ])('refuses $name', ({ candidate, check }) => {
    expect(roleDiffers(candidate, stable)).toMatchObject([
      { check, severity: 'refuse', message: expect.stringContaining('of stable version 7') as string },
    ]);
  });
});

describe('missingAlarms', () => {
  it('refuses alarms that nobody created', () => {
    expect(missingAlarms(['a', 'b'], ['a'])).toEqual([
      {
        check: 'alarm',
        severity: 'refuse',
        message: 'expected alarm b, got no alarm of that name; create it or correct the policy',
      },
    ]);
  });
});
