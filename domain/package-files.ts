/** What of a function's settings says where its handler is. */
export interface HandlerSetting {
  readonly runtime?: string;
  readonly handler?: string;
}

const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  nodejs: ['.js', '.mjs', '.cjs'],
  python: ['.py'],
  ruby: ['.rb'],
};

/**
 * The file that Lambda will look for, in words: `index.js, index.mjs or index.cjs`, `bootstrap`.
 * Runtimes that find their handler inside an archive (Java, .NET) have none: `undefined`.
 * Source: AWS Lambda developer guide, "Handler" of each runtime.
 */
export function handlerFile(setting: HandlerSetting): string | undefined {
  return candidates(setting)?.join(' or ');
}

/** Whether a zip with these files can start the handler; true where the runtime does not tell. */
export function hasHandler(files: readonly string[], setting: HandlerSetting): boolean {
  const wanted = candidates(setting);
  return !wanted || wanted.some((file) => files.includes(file));
}

function candidates({ runtime = '', handler = '' }: HandlerSetting): readonly string[] | undefined {
  if (runtime.startsWith('provided')) return ['bootstrap'];
  const family = Object.keys(EXTENSIONS).find((name) => runtime.startsWith(name));
  const extensions = family && EXTENSIONS[family];
  if (!extensions || handler.startsWith('/')) return undefined;
  const module = family === 'python' ? dotted(handler) : handler.slice(0, moduleEnd(handler));
  return module === '' ? undefined : extensions.map((extension) => module + extension);
}

/** `src/app.handler` → `src/app`: the last dot after the last slash separates the export. */
function moduleEnd(handler: string): number {
  const dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
  return dot < 0 ? handler.length : dot;
}

/** `pkg.app.handler` → `pkg/app`: Python's handler is a module path. */
function dotted(handler: string): string {
  const dot = handler.lastIndexOf('.');
  return (dot < 0 ? handler : handler.slice(0, dot)).replaceAll('.', '/');
}
