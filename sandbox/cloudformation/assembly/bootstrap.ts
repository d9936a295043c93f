import type { World } from '../../core/world.ts';

/** Version of the bootstrap resources that the sandbox has. Assemblies ask for at least 6 today. */
const BOOTSTRAP_VERSION = '30';

/**
 * Gives the account what `cdk bootstrap` would: the bucket for assets and the parameter with the version.
 * Safe to repeat.
 */
export async function bootstrap(world: World, qualifier: string, buckets: readonly string[]): Promise<void> {
  for (const bucket of new Set(buckets)) await createBucket(world, bucket);
  await world.call(
    'SSM',
    'PutParameter',
    { Name: `/cdk-bootstrap/${qualifier}/version`, Type: 'String', Value: BOOTSTRAP_VERSION, Overwrite: true },
    { kind: 'account' },
  );
}

async function createBucket(world: World, Bucket: string): Promise<void> {
  try {
    await world.call('S3', 'HeadBucket', { Bucket }, { kind: 'account' });
  } catch (error) {
    if (!(error instanceof Error) || !['NotFound', 'NoSuchBucket'].includes(error.name)) throw error;
    await world.call('S3', 'CreateBucket', { Bucket }, { kind: 'account' });
  }
}
