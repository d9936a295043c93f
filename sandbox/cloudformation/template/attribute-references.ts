import { attributePath } from './evaluate.ts';
import { intrinsicCall, isObject, subParts, textOf, type TemplateValue } from './intrinsics.ts';

export interface AttributeReference {
  readonly logicalId: string;
  readonly attribute: string;
}

/** The attributes that a value asks for with `Fn::GetAtt` and `Fn::Sub`; of `Fn::If` only the branch that holds. */
export function attributeReferences(
  value: TemplateValue,
  condition: (name: string) => boolean,
): readonly AttributeReference[] {
  if (Array.isArray(value))
    return (value as readonly TemplateValue[]).flatMap((v) => attributeReferences(v, condition));
  if (!isObject(value)) return [];
  const call = intrinsicCall(value);
  if (!call) return Object.values(value).flatMap((member) => attributeReferences(member, condition));
  switch (call.name) {
    case 'Fn::GetAtt':
      return [referenceTo(attributePath(call.argument))];
    case 'Fn::Sub':
      return fromSub(call.argument, condition);
    case 'Fn::If': {
      const [test, whenTrue, whenFalse] = call.argument as readonly TemplateValue[];
      return attributeReferences((condition(textOf(test)) ? whenTrue : whenFalse) ?? null, condition);
    }
    default:
      return attributeReferences(call.argument, condition);
  }
}

function referenceTo([logicalId, attribute]: readonly [string, string]): AttributeReference {
  return { logicalId, attribute };
}

function fromSub(argument: TemplateValue, condition: (name: string) => boolean): readonly AttributeReference[] {
  const [template, variables = {}] = Array.isArray(argument) ? (argument as readonly TemplateValue[]) : [argument];
  const own = isObject(variables) ? variables : {};
  const named = subParts(textOf(template)).flatMap((part) =>
    'name' in part && !(part.name in own) && part.name.includes('.') ? [referenceTo(attributePath(part.name))] : [],
  );
  return [...named, ...attributeReferences(own, condition)];
}
