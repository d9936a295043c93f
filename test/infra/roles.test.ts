import { describe, expect, it } from 'vitest';
import { DEFINITIONS, STEPS } from '../../infra/steps.ts';
import { actionsOf, pipelineTemplate, resourcesOf, statementsOf } from './synthesised.ts';

const template = pipelineTemplate();

/** Calls that take no resource, so that a statement can only name all. */
const WITHOUT_RESOURCE = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
  'lambda:ListEventSourceMappings',
  'cloudwatch:GetMetricData',
  'cloudwatch:DescribeAlarms',
];

/** Mappings have ids of their own: whose they are is a condition. */
const MAPPINGS = /:event-source-mapping:\*$/;

const ROLES = [...STEPS, ...Object.keys(DEFINITIONS)];

describe.each(ROLES)('the role of %s', (id) => {
  const statements = statementsOf(template, id);

  it('has statements, and names every action', () => {
    expect(statements.length).toBeGreaterThan(0);
    for (const action of statements.flatMap(actionsOf)) expect(action).not.toContain('*');
  });

  it('names its resources, but for calls that take none', () => {
    const onAll = statements.filter((statement) => resourcesOf(statement).includes('*'));
    for (const action of onAll.flatMap(actionsOf)) expect(WITHOUT_RESOURCE).toContain(action);
  });

  it('reaches no function but the managed ones', () => {
    const onFunctions = statements.filter((statement) =>
      actionsOf(statement).some((action) => action.startsWith('lambda:') && !WITHOUT_RESOURCE.includes(action)),
    );
    const byArn = onFunctions.filter((statement) => !resourcesOf(statement).some((one) => MAPPINGS.test(one)));
    for (const resource of byArn.flatMap(resourcesOf))
      expect(resource).toMatch(/:function:(orders|billing|Weighbridge-Drill)(:\*)?$|^<\w+Function[0-9A-F]{8}\.Arn>$/);
  });
});

describe('moving event sources', () => {
  it('is allowed for those of managed functions alone', () => {
    const all = ROLES.flatMap((id) => statementsOf(template, id));
    const moving = all.filter((statement) => actionsOf(statement).includes('lambda:UpdateEventSourceMapping'));
    expect(moving).toHaveLength(4);
    for (const statement of moving) {
      const { ArnLike } = (statement as unknown as { Condition: object }).Condition as {
        ArnLike: { 'lambda:FunctionArn': unknown[] };
      };
      const arns = JSON.stringify(ArnLike['lambda:FunctionArn']);
      expect(arns).toMatch(/:function:orders/);
      expect(arns).not.toMatch(/function:\*/);
    }
  });
});

describe('deleting', () => {
  it('is granted to PruneVersions alone, and on versions only', () => {
    const holders = ROLES.filter((id) =>
      statementsOf(template, id).some((statement) => actionsOf(statement).includes('lambda:DeleteFunction')),
    );
    expect(holders).toEqual(['PruneVersions']);
    const resources = statementsOf(template, 'PruneVersions')
      .filter((statement) => actionsOf(statement).includes('lambda:DeleteFunction'))
      .flatMap(resourcesOf);
    expect(resources).not.toHaveLength(0);
    for (const resource of resources) expect(resource).toMatch(/:function:(orders|billing|Weighbridge-Drill):\*$/);
  });
});

describe('managed policies', () => {
  it('are attached to no role', () => {
    template.allResourcesProperties('AWS::IAM::Role', {});
    for (const role of Object.values(template.findResources('AWS::IAM::Role')))
      expect((role as { Properties: object }).Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('hooks', () => {
  it('may be invoked when the stack is told of them', () => {
    const withHook = statementsOf(pipelineTemplate({ hooks: ['smoke-test'] }), 'VerifyCandidate');
    const hook = withHook.find(({ Sid }) => Sid === 'InvokeHooks');
    expect(hook && resourcesOf(hook).some((resource) => resource.endsWith(':function:smoke-test'))).toBe(true);
    expect(statementsOf(template, 'VerifyCandidate').some(({ Sid }) => Sid === 'InvokeHooks')).toBe(false);
  });
});
