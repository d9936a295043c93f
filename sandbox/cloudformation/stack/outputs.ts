import { templateError } from '../errors.ts';
import { evaluate } from '../template/evaluate.ts';
import type { Work } from './resource-work.ts';
import { allExports, type CloudFormationState, type StackOutput } from './state.ts';

/** The stack's outputs. @throws AwsError ValidationError for one that is no text, or an export that another stack has. */
export function outputsOf(state: CloudFormationState, work: Work): readonly StackOutput[] {
  const { template, scope } = work.prepared;
  const exports = allExports(state);
  return Object.entries(template.Outputs).flatMap(([name, output]) => {
    if (output.Condition !== undefined && !scope.condition(output.Condition)) return [];
    const exportName = output.Export && outputText(evaluate(output.Export.Name, scope), name);
    const owner = exportName === undefined ? undefined : exports.get(exportName)?.stack;
    if (owner && owner.stackId !== work.progress.stack().stackId)
      throw templateError(
        `Export with name ${exportName ?? ''} is already exported by stack ${owner.stackName}. Rolling back all changes.`,
      );
    return [
      { name, value: outputText(evaluate(output.Value, scope), name), description: output.Description, exportName },
    ];
  });
}

function outputText(value: unknown, name: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(
    `Template format error: The Value field of every Outputs member must evaluate to a String (${name})`,
  );
}
