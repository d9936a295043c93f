import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { World } from '../../core/world.ts';
import { zipDirectory } from './zip.ts';

interface FileAsset {
  readonly source: { readonly path?: string; readonly packaging?: string; readonly executable?: readonly string[] };
  readonly destinations: Readonly<Record<string, { readonly bucketName: string; readonly objectKey: string }>>;
}

interface AssetFile {
  readonly files?: Readonly<Record<string, FileAsset>>;
  readonly dockerImages?: Readonly<Record<string, unknown>>;
}

/** An object to be put into the sandbox's S3. */
export interface Upload {
  readonly bucket: string;
  readonly key: string;
  /** A file that is taken as it is, or a directory that is packed. */
  readonly path: string;
  readonly packaging: 'file' | 'zip';
}

/**
 * Lists what the asset files of a stack want uploaded.
 * @throws Error that names an asset of a kind that the sandbox does not support.
 */
export async function listUploads(world: World, assetFiles: readonly string[]): Promise<readonly Upload[]> {
  const uploads: Upload[] = [];
  for (const file of assetFiles) {
    const { files = {}, dockerImages = {} } = JSON.parse(await readFile(file, 'utf8')) as AssetFile;
    const image = Object.keys(dockerImages)[0];
    if (image !== undefined) throw new Error(`the sandbox does not support container image assets (asset ${image})`);
    for (const [id, asset] of Object.entries(files)) uploads.push(...uploadsOf(world, dirname(file), id, asset));
  }
  return uploads;
}

function uploadsOf(world: World, directory: string, id: string, { source, destinations }: FileAsset): Upload[] {
  const { path, packaging = 'file' } = source;
  if (path === undefined) throw new Error(`the sandbox does not support assets made by a command (asset ${id})`);
  if (packaging !== 'file' && packaging !== 'zip')
    throw new Error(`the sandbox does not support the packaging ${packaging} (asset ${id})`);
  return Object.values(destinations).map(({ bucketName, objectKey }) => ({
    bucket: pseudo(world, bucketName),
    key: pseudo(world, objectKey),
    path: resolve(directory, path),
    packaging,
  }));
}

function pseudo(world: World, text: string): string {
  return text
    .replaceAll('${AWS::AccountId}', world.accountId)
    .replaceAll('${AWS::Region}', world.region)
    .replaceAll('${AWS::Partition}', 'aws');
}

/** Uploads what is not there yet; keys are hashes of the content. Packs side by side, puts one after the other. */
export async function upload(world: World, uploads: readonly Upload[]): Promise<void> {
  const missing: Upload[] = [];
  for (const each of uploads) if (!(await exists(world, each.bucket, each.key))) missing.push(each);
  const bodies = await Promise.all(missing.map(pack));
  for (const [i, { bucket, key }] of missing.entries())
    await world.call('S3', 'PutObject', { Bucket: bucket, Key: key, Body: bodies[i] }, { kind: 'account' });
}

function pack({ path, packaging }: Upload): Promise<Uint8Array> {
  return packaging === 'zip' ? zipDirectory(path) : readFile(path);
}

async function exists(world: World, Bucket: string, Key: string): Promise<boolean> {
  try {
    await world.call('S3', 'HeadObject', { Bucket, Key }, { kind: 'account' });
    return true;
  } catch (error) {
    if (error instanceof Error && ['NotFound', 'NoSuchKey'].includes(error.name)) return false;
    throw error;
  }
}
