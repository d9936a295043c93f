import pc from 'picocolors';
import type { Context } from '../context.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { permissionsInWords } from '../doctor/permissions.ts';
import { columns } from '../output.ts';
import { readPermissions } from '../sandbox-control.ts';

export interface DoctorOptions {
  readonly permissions?: boolean;
  readonly json?: boolean;
}

/**
 * Looks whether the pipeline is fit for a release; with `--permissions`, what a run in a sandbox used of what it was
 * granted. Changes nothing.
 * @returns whether all is in order: no problem found, no call refused.
 */
export async function doctor(options: DoctorOptions, context: Context): Promise<boolean> {
  return options.permissions ? permissions(options, context) : examination(options, context);
}

async function examination({ json }: DoctorOptions, { out, connection }: Context): Promise<boolean> {
  const findings = await examine(connection);
  const problems = findings.filter(({ ok }) => !ok);
  if (json) out.json(findings);
  else {
    for (const line of columns(findings.map(cells))) out.line(line);
    for (const { check, subject, todo } of problems) if (todo) out.line(`${check} ${subject}: ${todo}`);
    out.remark(problems.length === 0 ? 'all in order' : `${problems.length} of ${findings.length} not in order`);
  }
  return problems.length === 0;
}

function cells({ check, subject, ok, message }: Finding): string[] {
  return [ok ? pc.green('ok') : pc.red('problem'), check, subject, message];
}

async function permissions({ json }: DoctorOptions, { out, connection }: Context): Promise<boolean> {
  const roles = await readPermissions(connection);
  const refused = roles.filter(({ denied }) => denied.length > 0);
  if (json) out.json(roles);
  else {
    out.remark(`since the sandbox started, in ${await connection.describe()}`);
    for (const line of roles.flatMap(permissionsInWords)) out.line(line);
  }
  return refused.length === 0;
}
