import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../../infra/project-root.ts';
import { DEFINITIONS, fileNameOf, MACHINE_STEPS, STEPS } from '../../infra/steps.ts';
import { pipelineTemplate } from './synthesised.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number | string;
  readonly Arguments?: { readonly FunctionName?: string };
}

type MachineId = keyof typeof DEFINITIONS;
const machines = Object.keys(DEFINITIONS) as MachineId[];
const ownTasksOf = (machine: MachineId): [string, State][] => {
  const text = readFileSync(fromRoot('statemachine', DEFINITIONS[machine]), 'utf8');
  const { States } = JSON.parse(text) as { States: Record<string, State> };
  return Object.entries(States).filter(
    ([, state]) => state.Type === 'Task' && state.Resource?.startsWith('arn:aws:states:::lambda:invoke'),
  );
};
const ownTasks = machines.flatMap(ownTasksOf);
const template = pipelineTemplate();
/** Functions that are released, not part of the pipeline. */
const RELEASED = /^FireDrill/;
const functions = Object.fromEntries(
  Object.entries(template.findResources('AWS::Lambda::Function')).filter(([id]) => !RELEASED.test(id)),
) as Record<string, { Properties: { Timeout: number; Environment: { Variables: Record<string, string> } } }>;

describe('Task states, handlers and constructs', () => {
  it.each(machines)('match one to one in the machine %s', (machine) => {
    expect(
      ownTasksOf(machine)
        .map(([name]) => name)
        .sort(),
    ).toEqual([...MACHINE_STEPS[machine]].sort());
  });

  it('match one to one over all', () => {
    const constructs = Object.keys(functions).map((id) => id.replace(/Function[0-9A-F]{8}$/, ''));
    expect(constructs.sort()).toEqual([...STEPS].sort());
  });

  it.each(STEPS)('%s has a handler file that exports `handler`', (step) => {
    const path = fromRoot('functions', `${fileNameOf(step)}.ts`);
    expect(existsSync(path), path).toBe(true);
    expect(readFileSync(path, 'utf8')).toMatch(/^export const handler\b/m);
  });

  it('leaves no handler file without a state', () => {
    const handlers = readdirSync(fromRoot('functions')).filter(
      (name) =>
        name.endsWith('.ts') && /^export const handler\b/m.test(readFileSync(fromRoot('functions', name), 'utf8')),
    );
    expect(handlers.sort()).toEqual(STEPS.map((step) => `${fileNameOf(step)}.ts`).sort());
  });

  it.each(ownTasks)('%s invokes the function of its own name', (name, { Arguments }) => {
    expect(Arguments?.FunctionName).toBe(`\${${name}Arn}`);
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      DefinitionSubstitutions: { [`${name}Arn`]: { 'Fn::GetAtt': [logicalIdOf(name), 'Arn'] } },
    });
  });

  it.each(ownTasks.filter(([, state]) => typeof state.TimeoutSeconds === 'number'))(
    '%s ends before the time limit of its state, so that its own error is seen',
    (name, { TimeoutSeconds }) => {
      expect(functions[logicalIdOf(name)]?.Properties.Timeout).toBeLessThan(Number(TimeoutSeconds));
    },
  );
});

describe('every function', () => {
  it('runs the newest Node.js of CDK, traced, with a log group and a role of its own', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    });
    const used = (key: (properties: never) => unknown): Set<string> =>
      new Set(Object.values(functions).map(({ Properties }) => JSON.stringify(key(Properties as never))));
    expect(used(({ Role }: { Role: unknown }) => Role)).toHaveProperty('size', STEPS.length);
    expect(used(({ LoggingConfig }: { LoggingConfig: unknown }) => LoggingConfig)).toHaveProperty('size', STEPS.length);
  });

  it('is told the names of what it works with', () => {
    for (const { Properties } of Object.values(functions))
      expect(Object.keys(Properties.Environment.Variables)).toEqual(
        expect.arrayContaining([
          'LEDGER_TABLE',
          'IDEMPOTENCY_TABLE',
          'POLICY_PREFIX',
          'ARTIFACT_BUCKET',
          'TOPIC_ARN',
          'SLACK_SECRET_ARN',
          'DRILL_FUNCTION',
          'GROUP_MACHINE_ARN',
          'POWERTOOLS_SERVICE_NAME',
          'POWERTOOLS_LOG_LEVEL',
        ]),
      );
  });
});

function logicalIdOf(step: string): string {
  const found = Object.keys(functions).find((id) => new RegExp(`^${step}Function[0-9A-F]{8}$`).test(id));
  expect(found, `a function for ${step}`).toBeDefined();
  return found ?? '';
}
