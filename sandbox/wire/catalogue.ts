import type { ServiceId } from '../core/service.ts';

/** Protocols that AWS clients speak, by their names in the Smithy specification. */
export type ProtocolName = 'awsJson1_0' | 'awsJson1_1' | 'awsQuery' | 'restJson1' | 'restXml' | 'rpcv2Cbor';

/** How requests to a service are recognised before its SDK package is loaded; tests compare it with the SDK. */
export interface ServiceFacts {
  readonly id: ServiceId;
  /** Service part of the credential scope that a request is signed for. */
  readonly signingName: string;
  /** Protocol of the pinned JavaScript client. */
  readonly protocol: ProtocolName;
  /** Prefix of `x-amz-target`; also the service's name in rpcv2Cbor paths. */
  readonly target?: string;
  /** API version of awsQuery requests. */
  readonly version?: string;
  readonly xmlNamespace?: string;
  /** JSON and CBOR errors also carry the code that the service used in the days of awsQuery. */
  readonly queryCompatible?: boolean;
}

/** Every service that the sandbox can play. */
export const CATALOGUE: readonly ServiceFacts[] = [
  { id: 'Lambda', signingName: 'lambda', protocol: 'restJson1' },
  { id: 'SFN', signingName: 'states', protocol: 'awsJson1_0', target: 'AWSStepFunctions' },
  { id: 'S3', signingName: 's3', protocol: 'restXml', xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/' },
  { id: 'EventBridge', signingName: 'events', protocol: 'awsJson1_1', target: 'AWSEvents' },
  {
    id: 'CloudWatch',
    signingName: 'monitoring',
    protocol: 'awsJson1_0',
    target: 'GraniteServiceVersion20100801',
    version: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    queryCompatible: true,
  },
  { id: 'CloudWatch Logs', signingName: 'logs', protocol: 'awsJson1_1', target: 'Logs_20140328' },
  { id: 'DynamoDB', signingName: 'dynamodb', protocol: 'awsJson1_0', target: 'DynamoDB_20120810' },
  {
    id: 'SNS',
    signingName: 'sns',
    protocol: 'awsQuery',
    version: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  },
  {
    id: 'SQS',
    signingName: 'sqs',
    protocol: 'awsJson1_0',
    target: 'AmazonSQS',
    version: '2012-11-05',
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    queryCompatible: true,
  },
  { id: 'SSM', signingName: 'ssm', protocol: 'awsJson1_1', target: 'AmazonSSM' },
  { id: 'Secrets Manager', signingName: 'secretsmanager', protocol: 'awsJson1_1', target: 'secretsmanager' },
  {
    id: 'STS',
    signingName: 'sts',
    protocol: 'awsQuery',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  },
  {
    id: 'IAM',
    signingName: 'iam',
    protocol: 'awsQuery',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  },
  {
    id: 'CloudFormation',
    signingName: 'cloudformation',
    protocol: 'awsQuery',
    version: '2010-05-15',
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  },
];

const by = <K extends 'signingName' | 'target' | 'version'>(key: K): ReadonlyMap<string, ServiceFacts> =>
  new Map(CATALOGUE.flatMap((facts) => (facts[key] === undefined ? [] : [[facts[key], facts]])));

/** Service by the name that its requests are signed for. */
export const BY_SIGNING_NAME = by('signingName');
/** Service by the prefix of `x-amz-target`. */
export const BY_TARGET = by('target');
/** Service by the API version of an awsQuery request. */
export const BY_VERSION = by('version');
