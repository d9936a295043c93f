import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LambdaState } from '../state.ts';
import { unzipTo } from '../zip.ts';

/** Unzipped deployment packages, one folder per digest. */
export class Bundles {
  readonly #state: LambdaState;
  readonly #workDir: string | undefined;
  #root: Promise<string> | undefined;
  readonly #folders = new Map<string, Promise<string>>();

  constructor(state: LambdaState, workDir: string | undefined) {
    this.#state = state;
    this.#workDir = workDir;
  }

  /** The folder that holds the files of a package. @throws {ZipError} when it cannot be unzipped. */
  folderOf(codeSha256: string): Promise<string> {
    const known = this.#folders.get(codeSha256);
    if (known) return known;
    const made = this.#unzip(codeSha256);
    this.#folders.set(codeSha256, made);
    made.catch(() => this.#folders.delete(codeSha256));
    return made;
  }

  /** Nothing may be written any more while the folder is removed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#folders.values());
    const root = await this.#root;
    if (root) await rm(root, { recursive: true, force: true });
  }

  async #unzip(codeSha256: string): Promise<string> {
    const code = this.#state.code.get(codeSha256);
    if (!code) throw new Error(`expected the package ${codeSha256} to be stored, found none`);
    this.#root ??= this.#makeRoot();
    const folder = join(await this.#root, Buffer.from(codeSha256, 'base64').toString('hex').slice(0, 24));
    await mkdir(folder, { recursive: true });
    await unzipTo(code.bytes, folder);
    return folder;
  }

  /** Packages find the AWS SDK that comes with the Node.js runtimes by looking in the folders above them. */
  async #makeRoot(): Promise<string> {
    if (this.#workDir) await mkdir(this.#workDir, { recursive: true });
    const root = await mkdtemp(join(this.#workDir ?? tmpdir(), 'weighbridge-lambda-'));
    const modules = join(root, 'node_modules');
    await mkdir(modules);
    const installed = dirname(
      dirname(dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-lambda/package.json'))),
    );
    for (const scope of ['@aws-sdk', '@smithy'])
      if (existsSync(join(installed, scope))) await symlink(join(installed, scope), join(modules, scope));
    return root;
  }
}
