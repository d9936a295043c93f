import type { RemovalPolicy } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { Schedule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DRILL_POLICY } from '../domain/drill/drill.ts';
import { WeighbridgeFunctionPolicy } from './function-policy.ts';
import { Machine } from './machine.ts';
import { ReleasedFunction } from './released-function.ts';
import type { DrillStep } from './steps.ts';

export interface FireDrillProps {
  readonly functionName: string;
  readonly steps: Readonly<Record<DrillStep, IFunction>>;
  readonly logRemoval: RemovalPolicy;
  readonly deadLetterQueue: Queue;
  /** When drills start by themselves. Default: only when somebody starts one. */
  readonly schedule?: Schedule;
}

/** A function that exists to be released badly, its policy, and the machine that does so and looks what comes of it. */
export class FireDrill extends Construct {
  constructor(scope: Construct, id: string, props: FireDrillProps) {
    super(scope, id);
    const { functionName, steps, logRemoval, deadLetterQueue, schedule } = props;
    const description = 'Released with bad code in fire drills; nobody else uses it';
    new ReleasedFunction(this, 'DrillFunction', { functionName, description, memorySize: 128 });
    new WeighbridgeFunctionPolicy(this, 'Policy', { functionName, policy: DRILL_POLICY });
    const { stateMachine } = new Machine(scope, 'Drill', {
      steps,
      references: { DrillFunctionName: functionName },
      logRemoval,
    });
    if (!schedule) return;
    const rule = new Rule(this, 'Schedule', { description: 'Starts a Weighbridge fire drill', schedule });
    rule.addTarget(new SfnStateMachine(stateMachine, { deadLetterQueue }));
  }
}
