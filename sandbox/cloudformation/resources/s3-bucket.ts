import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { flag, listOf, object, oneOf, tagList, text, type ValueOf } from '../resource/shape.ts';
import { lifecycleConfiguration, lifecycleShape } from './s3-bucket-lifecycle.ts';

const properties = object({
  BucketName: text,
  VersioningConfiguration: object({ Status: oneOf('Enabled', 'Suspended') }, ['Status']),
  BucketEncryption: object({
    ServerSideEncryptionConfiguration: listOf(
      object({
        BucketKeyEnabled: flag,
        ServerSideEncryptionByDefault: object({ SSEAlgorithm: text, KMSMasterKeyID: text }, ['SSEAlgorithm']),
      }),
    ),
  }),
  PublicAccessBlockConfiguration: object({
    BlockPublicAcls: flag,
    BlockPublicPolicy: flag,
    IgnorePublicAcls: flag,
    RestrictPublicBuckets: flag,
  }),
  NotificationConfiguration: object({
    EventBridgeConfiguration: object({ EventBridgeEnabled: flag }),
  }),
  LifecycleConfiguration: lifecycleShape,
  OwnershipControls: object({ Rules: listOf(object({ ObjectOwnership: text })) }, ['Rules']),
  LoggingConfiguration: object({ DestinationBucketName: text, LogFilePrefix: text }),
  Tags: tagList,
});
type Properties = ValueOf<typeof properties>;

/** `AWS::S3::Bucket`. */
export const bucket = resourceType<typeof properties>({
  properties,
  nameProperty: 'BucketName',
  replacedBy: ['BucketName'],
  attributes: ['Arn', 'DomainName', 'DualStackDomainName', 'RegionalDomainName', 'WebsiteURL'],
  create: async (wanted, context) => {
    const name = wanted.BucketName ?? context.generatedName(63).toLowerCase();
    await context.call('S3', 'CreateBucket', { Bucket: name });
    context.exists(name);
    await configure(context, name, wanted, {});
    return stateOf(context, name);
  },
  update: async (wanted, { physicalId, properties: old }, context) => {
    await configure(context, physicalId, wanted, old);
    return stateOf(context, physicalId);
  },
  delete: async ({ physicalId }, context) => {
    await context.call('S3', 'DeleteBucket', { Bucket: physicalId });
  },
});

function stateOf({ world }: ResourceContext, name: string): ResourceState {
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${world.region}.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${world.region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${world.region}.amazonaws.com`,
    },
  };
}

/** One aspect of a bucket: the property, how it is put, and how it goes back to what a new bucket has. */
interface Aspect {
  readonly property: keyof Properties;
  readonly put: readonly [operation: string, input: (wanted: Properties) => object];
  readonly clear: readonly [operation: string, input: object];
}

const ASPECTS: readonly Aspect[] = [
  {
    property: 'VersioningConfiguration',
    put: ['PutBucketVersioning', (wanted) => ({ VersioningConfiguration: wanted.VersioningConfiguration })],
    clear: ['PutBucketVersioning', { VersioningConfiguration: { Status: 'Suspended' } }],
  },
  {
    property: 'BucketEncryption',
    put: ['PutBucketEncryption', (wanted) => ({ ServerSideEncryptionConfiguration: encryption(wanted) })],
    clear: ['DeleteBucketEncryption', {}],
  },
  {
    property: 'PublicAccessBlockConfiguration',
    put: ['PutPublicAccessBlock', (w) => ({ PublicAccessBlockConfiguration: w.PublicAccessBlockConfiguration })],
    clear: ['DeletePublicAccessBlock', {}],
  },
  {
    property: 'NotificationConfiguration',
    put: ['PutBucketNotificationConfiguration', (wanted) => ({ NotificationConfiguration: notification(wanted) })],
    clear: ['PutBucketNotificationConfiguration', { NotificationConfiguration: {} }],
  },
  {
    property: 'LifecycleConfiguration',
    put: [
      'PutBucketLifecycleConfiguration',
      (w) => ({ LifecycleConfiguration: lifecycleConfiguration(w.LifecycleConfiguration) }),
    ],
    clear: ['DeleteBucketLifecycle', {}],
  },
  {
    property: 'OwnershipControls',
    put: ['PutBucketOwnershipControls', (wanted) => ({ OwnershipControls: wanted.OwnershipControls })],
    clear: ['DeleteBucketOwnershipControls', {}],
  },
  {
    property: 'LoggingConfiguration',
    put: ['PutBucketLogging', (wanted) => ({ BucketLoggingStatus: { LoggingEnabled: logging(wanted) } })],
    clear: ['PutBucketLogging', { BucketLoggingStatus: {} }],
  },
  {
    property: 'Tags',
    put: ['PutBucketTagging', (wanted) => ({ Tagging: { TagSet: wanted.Tags } })],
    clear: ['DeleteBucketTagging', {}],
  },
];

async function configure(context: ResourceContext, Bucket: string, wanted: Properties, old: Properties): Promise<void> {
  for (const { property, put, clear } of ASPECTS) {
    if (wanted[property] !== undefined) await context.call('S3', put[0], { Bucket, ...put[1](wanted) });
    else if (old[property] !== undefined) await context.call('S3', clear[0], { Bucket, ...clear[1] });
  }
}

function encryption(wanted: Properties): object {
  const rules = (wanted.BucketEncryption?.ServerSideEncryptionConfiguration ?? []).map((rule) => ({
    BucketKeyEnabled: rule.BucketKeyEnabled,
    ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault,
  }));
  return { Rules: rules };
}

function notification(wanted: Properties): object {
  const eventBridge = wanted.NotificationConfiguration?.EventBridgeConfiguration;
  return eventBridge && eventBridge.EventBridgeEnabled !== false ? { EventBridgeConfiguration: {} } : {};
}

function logging(wanted: Properties): object {
  const { DestinationBucketName, LogFilePrefix } = wanted.LoggingConfiguration ?? {};
  return { TargetBucket: DestinationBucketName, TargetPrefix: LogFilePrefix ?? '' };
}
