/** A value in a template: JSON. */
export type TemplateValue =
  string | number | boolean | null | readonly TemplateValue[] | { readonly [key: string]: TemplateValue };

export type TemplateObject = Readonly<Record<string, TemplateValue>>;

/** The intrinsic functions that the sandbox evaluates. */
export const INTRINSICS = [
  'Ref',
  'Condition',
  'Fn::And',
  'Fn::Base64',
  'Fn::Contains',
  'Fn::Equals',
  'Fn::FindInMap',
  'Fn::GetAZs',
  'Fn::GetAtt',
  'Fn::If',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Not',
  'Fn::Or',
  'Fn::Select',
  'Fn::Split',
  'Fn::Sub',
] as const;

export type Intrinsic = (typeof INTRINSICS)[number];

/** A call of an intrinsic function. `Condition` counts only inside conditions: policies have members of that name. */
export interface IntrinsicCall {
  readonly name: Intrinsic;
  readonly argument: TemplateValue;
}

/**
 * Recognises a call of an intrinsic function.
 * @throws Error that names a function the sandbox does not evaluate.
 */
export function intrinsicCall(value: TemplateValue): IntrinsicCall | undefined {
  if (!isObject(value)) return undefined;
  const keys = Object.keys(value);
  const key = keys[0];
  if (keys.length !== 1 || key === undefined || (key !== 'Ref' && !key.startsWith('Fn::'))) return undefined;
  const name = INTRINSICS.find((intrinsic) => intrinsic === key);
  if (!name) throw new Error(`the sandbox does not support the intrinsic function ${key}`);
  return { name, argument: value[key] ?? null };
}

export function isObject(value: unknown): value is TemplateObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A part of a `Fn::Sub` string: literal text, or the name between `${` and `}`. */
export type SubPart = { readonly text: string } | { readonly name: string };

/** Takes a `Fn::Sub` string apart; `${!x}` stands for the literal `${x}`. */
export function subParts(template: string): readonly SubPart[] {
  const parts: SubPart[] = [];
  let from = 0;
  for (const found of template.matchAll(/\$\{([^}]*)\}/g)) {
    parts.push({ text: template.slice(from, found.index) });
    const body = found[1] ?? '';
    parts.push(body.startsWith('!') ? { text: `\${${body.slice(1)}}` } : { name: body.trim() });
    from = found.index + found[0].length;
  }
  return [...parts, { text: template.slice(from) }];
}

/** A value as text: strings, numbers and booleans as they read, anything else as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value) ?? '';
}
