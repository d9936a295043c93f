import { describe, expect, it } from 'vitest';
import { permissionFor } from '../../../domain/journal/permission.ts';

const SOURCE = 'arn:aws:events:us-east-1:123456789012:rule/nightly';
const ALLOWED = { Sid: 'old', Effect: 'Allow', Action: 'lambda:InvokeFunction' };
const MADE = { StatementId: 'old', Action: 'lambda:InvokeFunction' };

describe('permissionFor', () => {
  it.each([
    {
      name: 'a service with source and account',
      statement: {
        ...ALLOWED,
        Principal: { Service: 's3.amazonaws.com' },
        Resource: 'arn:aws:lambda:us-east-1:123456789012:function:orders:1',
        Condition: { StringEquals: { 'AWS:SourceAccount': '123456789012' }, ArnLike: { 'AWS:SourceArn': SOURCE } },
      },
      call: { ...MADE, Principal: 's3.amazonaws.com', SourceAccount: '123456789012', SourceArn: SOURCE },
    },
    {
      name: 'an account',
      statement: { ...ALLOWED, Principal: { AWS: 'arn:aws:iam::123456789012:root' } },
      call: { ...MADE, Principal: 'arn:aws:iam::123456789012:root' },
    },
    {
      name: 'everybody in an organisation',
      statement: { ...ALLOWED, Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
      call: { ...MADE, Principal: '*', PrincipalOrgID: 'o-1' },
    },
    {
      name: 'a function URL',
      statement: {
        ...ALLOWED,
        Action: 'lambda:InvokeFunctionUrl',
        Principal: '*',
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
      },
      call: { ...MADE, Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' },
    },
  ])('finds the call that makes a statement for $name', ({ statement, call }) => {
    expect(permissionFor(statement)).toEqual(call);
  });

  it.each([
    { name: 'a denial', statement: { ...ALLOWED, Effect: 'Deny', Principal: '*' } },
    { name: 'several actions', statement: { ...ALLOWED, Action: ['lambda:InvokeFunction'], Principal: '*' } },
    { name: 'several principals', statement: { ...ALLOWED, Principal: { AWS: ['a', 'b'] } } },
    {
      name: 'a condition that it does not know: without it more would be allowed than before',
      statement: { ...ALLOWED, Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
    },
  ])('finds none for $name', ({ statement }) => {
    expect(permissionFor(statement)).toBeUndefined();
  });
});
