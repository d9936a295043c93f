import type { VariableLookup } from './pattern.ts';

/** Condition keys of a request; names are compared without regard to case, so they are held in lower case. */
export type Context = ReadonlyMap<string, readonly string[]>;

type ContextValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Merges records of condition keys into one context; later records win. */
export function createContext(...records: readonly (ContextValues | undefined)[]): Context {
  const context = new Map<string, readonly string[]>();
  for (const record of records)
    for (const [key, value] of Object.entries(record ?? {}))
      if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  return context;
}

/** Policy variables can only name keys with one value. */
export function variableLookup(context: Context): VariableLookup {
  return (key) => {
    const values = context.get(key.toLowerCase());
    return values?.length === 1 ? values[0] : undefined;
  };
}

/** How a principal can be named in the Principal element of a resource policy. */
export interface PrincipalNames {
  /** The ARN that messages show. */
  readonly arn: string;
  /** ARNs and ids that name exactly this principal. */
  readonly own: readonly string[];
  /** Names of its account: they match it, but leave the decision to the account's identity policies. */
  readonly account: readonly string[];
  /** `events.amazonaws.com` …, when AWS itself calls. */
  readonly service?: string;
}

/** One question to the policies: may `principal` do `action` on `resource`? */
export interface AccessRequest {
  readonly principal: PrincipalNames;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}
