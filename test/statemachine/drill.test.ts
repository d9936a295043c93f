import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { LambdaClient, GetAliasCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillRecord } from '../../functions/drill/records.ts';
import { type Outcome, Pipeline } from '../support/pipeline.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.start({ with: { drill: {} } });
});
afterAll(() => pipeline.close());

/** The drill function's own code runs, in processes of its own: what is uploaded is what answers. */
describe('a fire drill', () => {
  it('passes: the bad candidate is rolled back, people are told, and it says how long it took', async () => {
    const { states, status, output } = await drill();
    expect(status).toBe('SUCCEEDED');
    expect(states.at(-1)).toBe('DrillPassed');
    expect(output).toMatchObject({ outcome: 'DrillPassed' });
    console.log(JSON.stringify(output), (await records()).at(-1), pipeline.webhook);
  });
});

async function drill(): Promise<Outcome> {
  const sfn = new SFNClient(pipeline.sandbox.clientConfig);
  const stateMachineArn = pipeline.stack.outputs['DrillMachineArn'];
  const input = JSON.stringify({ drill: { by: 'ana' } });
  const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
  return pipeline.outcome(executionArn);
}

async function records(): Promise<DrillRecord[]> {
  return (await pipeline.items()).filter(({ pk }) => pk === 'drill') as unknown as DrillRecord[];
}
