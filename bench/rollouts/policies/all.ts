import type { Policy } from '../policy.ts';
import { awsLambdaDeploy } from './aws-lambda-deploy.ts';
import { codeDeployCanary, codeDeployLinear } from './codedeploy.ts';
import { flagger } from './flagger.ts';
import { kayenta } from './kayenta.ts';
import { weighbridge, type WeighbridgePolicy } from './weighbridge.ts';

/** Failed requests that the benchmark's budget allows a bad release. */
export const BUDGET = 20;

/** Weighbridge with CodeDeploy's own shares and times, and with a budget over half an hour. */
export const CANARY = weighbridge('Weighbridge canary 10 %, 5 min', { type: 'canary', percent: 10, minutes: 5 }, 5);
/** The linear counterpart. */
export const LINEAR = weighbridge(
  'Weighbridge linear 10 %, every 1 min',
  { type: 'linear', percent: 10, everyMinutes: 1 },
  9,
);
/** The budget. */
export const BUDGETED = weighbridge(
  `Weighbridge budget ${BUDGET}, 30 min`,
  { type: 'budget', failedRequests: BUDGET, minutes: 30 },
  30,
);

/** Ours. */
export const OURS: readonly WeighbridgePolicy[] = [BUDGETED, CANARY, LINEAR];

/** Every policy of the benchmark, ours first. */
export const POLICIES: readonly Policy[] = [
  ...OURS,
  codeDeployCanary('errors'),
  codeDeployCanary('errorRate'),
  codeDeployLinear('errors'),
  codeDeployLinear('errorRate'),
  flagger(),
  kayenta(),
  awsLambdaDeploy(),
];
