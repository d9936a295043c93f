/** Characters at the end of a generated name that make it unique. */
export const SUFFIX_LENGTH = 12;

/**
 * A physical name as CloudFormation generates it: `Stack-LogicalId-Suffix`. What is too long is cut: stack name and
 * logical id get half of the room each, and what one does not need the other gets.
 */
export function generatedName(stackName: string, logicalId: string, suffix: string, limit: number): string {
  const room = limit - suffix.length - 2;
  const half = Math.floor(room / 2);
  const stack = stackName.slice(0, Math.max(half, room - logicalId.length));
  const logical = logicalId.slice(0, room - stack.length);
  return `${stack}-${logical}-${suffix}`;
}
