/** See `compile.mjs`. */
export function compile(entry: string): Promise<string>;
