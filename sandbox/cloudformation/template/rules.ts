import { templateError } from '../errors.ts';
import { evaluateCondition, type Scope } from './evaluate.ts';
import type { Template } from './template.ts';

/** Checks the template's Rules. @throws AwsError ValidationError that lists the assertions that do not hold. */
export function checkRules(template: Template, scope: Scope): void {
  const failed = Object.entries(template.Rules).flatMap(([name, rule]) => {
    if (rule.RuleCondition !== undefined && !evaluateCondition(rule.RuleCondition, scope)) return [];
    return rule.Assertions.filter((assertion) => !evaluateCondition(assertion.Assert, scope)).map(
      (assertion) => `${name}: ${assertion.AssertDescription ?? JSON.stringify(assertion.Assert)}`,
    );
  });
  if (failed.length > 0) throw templateError(`Template failed to satisfy the following rules: ${failed.join('; ')}`);
}
