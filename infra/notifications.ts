import type { RemovalPolicy } from 'aws-cdk-lib';
import { SecretValue } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** What the Slack secret holds until somebody puts a webhook's URL there: not a URL, so nothing is posted. */
export const SLACK_PLACEHOLDER = 'not configured';

export interface NotificationsProps {
  readonly removalPolicy: RemovalPolicy;
}

/** Where people are told of rollbacks and refusals: an SNS topic, and the secret that holds a Slack webhook's URL. */
export class Notifications extends Construct {
  readonly topic: Topic;
  readonly slackSecret: Secret;

  constructor(scope: Construct, id: string, { removalPolicy }: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Weighbridge', enforceSSL: true });
    this.slackSecret = new Secret(this, 'SlackWebhook', {
      description: 'URL of the Slack incoming webhook that Weighbridge posts to',
      secretStringValue: SecretValue.unsafePlainText(SLACK_PLACEHOLDER),
      removalPolicy,
    });
    acknowledge(this.slackSecret, {
      SMG4: 'Slack gives out webhook URLs by hand and has no call that rotates one.',
    });
  }
}
