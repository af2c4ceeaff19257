// `consign staff list`, `role`, `end`, `readmit` and `reset-second-factor`: who may sign in at the staff console. Making somebody is in
// login.ts.
import type { ResultOf } from '#commlink/method-table.ts';
import { StaffRole } from '#commlink/methods/administration-fields.ts';
import type { staffMethods } from '#commlink/methods/staff-methods.ts';
import { compileSchema } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatTable, formatTime, showable } from '../text.ts';

type Member = ResultOf<typeof staffMethods, 'staff.list'>['staff'][number];

const roleCheck = compileSchema('role', StaffRole);
const nameArgument = ['<name>', 'the login name'] as const;
const reasonOption = ['--reason <text>', 'why, for the audit log'] as const;

/** `consign staff list`. */
export const staffList: CommandSpec = {
  arguments: [],
  examples: [['staff list', 'with roles and second factors']],
  run: async (invocation) => {
    const { staff } = await invocation.withAdmin((admin) => admin.call('staff.list', {}));
    invocation.answer(staff, () =>
      formatTable(
        ['name', 'full name', 'role', 'second factor', 'state'],
        staff.map((member) => [
          member.name,
          showable(member.displayName),
          member.role,
          member.hasSecondFactor ? 'set up' : 'not yet',
          describeState(member),
        ]),
      ),
    );
  },
};

/** `consign staff role`. */
export const staffRole: CommandSpec = {
  arguments: [nameArgument, ['<role>', 'support, release-manager, operator or auditor']],
  options: [reasonOption],
  examples: [['staff role carol auditor --reason "Moved to another team"', 'from the next page on']],
  run: async (invocation, input) => {
    const role: unknown = input.argument(1);
    if (!roleCheck.matches(role)) {
      throw new CliError('usage', 'The role is one of support, release-manager, operator, auditor.');
    }
    const wanted = { actor: invocation.actor, ...readSubject(input), role };
    const { staff } = await invocation.withAdmin((admin) => admin.call('staff.setRole', wanted));
    invocation.answer(staff, () => `${staff.name} has the role ${staff.role}.`);
  },
};

/** `consign staff end`. */
export const staffEnd = changeOfAccess({ verb: 'end', ended: true });
/** `consign staff readmit`. */
export const staffReadmit = changeOfAccess({ verb: 'readmit', ended: false });

/** `consign staff reset-second-factor`. */
export const staffResetSecondFactor: CommandSpec = {
  arguments: [nameArgument],
  options: [reasonOption],
  examples: [['staff reset-second-factor carol --reason "New telephone"', 'ends the sessions too']],
  run: async (invocation, input) => {
    const wanted = { actor: invocation.actor, ...readSubject(input) };
    const { staff } = await invocation.withAdmin((admin) => admin.call('staff.resetSecondFactor', wanted));
    invocation.answer(staff, () => `${staff.name} sets up a new second factor at the next sign-in.`);
  },
};

function changeOfAccess({ verb, ended }: { verb: string; ended: boolean }): CommandSpec {
  return {
    arguments: [nameArgument],
    options: [reasonOption],
    examples: [[`staff ${verb} carol --reason "${ended ? 'Has left' : 'Is back'}"`, 'at once']],
    run: async (invocation, input) => {
      const wanted = { actor: invocation.actor, ...readSubject(input), ended };
      const { staff } = await invocation.withAdmin((admin) => admin.call('staff.setEnded', wanted));
      invocation.answer(staff, () => `${staff.name}: ${describeState(staff)}.`);
    },
  };
}

function readSubject(input: CommandInput): { name: string; reason: string } {
  const name = parseSlug(input.argument(0), 'staff member');
  return { name, reason: input.requiredOption('reason', 'it goes into the audit log.') };
}

function describeState({ endedAtMs }: Member): string {
  return endedAtMs === null ? 'may sign in' : `access ended ${formatTime(endedAtMs)}`;
}
