// `consign user create` and `consign staff create`: people who sign in, at the portal and at the staff console.
import { StaffRole } from '#commlink/methods/administration-fields.ts';
import { compileSchema } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseEmail, parseRole, parseSlug } from '../names.ts';
import { describePassword, passwordOptions, readPassword } from '../passwords.ts';

const staffRoleCheck = compileSchema('role', StaffRole);
const titleOption = ['--title <text>', "the person's name (default: the login name)"] as const;

/** `consign user create`. */
export const userCreate: CommandSpec = {
  arguments: [
    ['<account>', 'the customer account'],
    ['<user>', 'the login name; unique in this installation'],
  ],
  options: [
    titleOption,
    ['--email <address>', 'where links for forgotten passwords go'],
    ['--role <role>', 'owner (manages the people) or downloader (default: owner)'],
    ...passwordOptions,
  ],
  examples: [
    ['user create acme alice --title "Alice Miller"', 'with a password that is made here and shown once'],
    ['user create acme alice --ask-password', 'with a password that you type'],
    ['user create acme robot --password-stdin < secret', 'from a script'],
  ],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const name = parseSlug(input.argument(1), 'user');
    const address = input.option('email');
    const email = address === null ? null : parseEmail(address);
    const role = parseRole(input.option('role') ?? 'owner');
    const password = await readPassword(invocation, input);
    const displayName = input.option('title') ?? name;
    const user = await invocation.withAdmin((admin) =>
      admin.call('user.create', {
        actor: invocation.actor,
        account,
        name,
        displayName,
        password,
        email,
        role,
      }),
    );
    invocation.answer(user, () => `User ${name} of ${account} was made.${describePassword(user.password)}`);
  },
};

/** `consign staff create`. */
export const staffCreate: CommandSpec = {
  arguments: [['<name>', 'the login name']],
  options: [
    ['--role <role>', 'support, release-manager, operator or auditor'],
    titleOption,
    ...passwordOptions,
  ],
  examples: [['staff create carol --role support', 'with a password that is made here and shown once']],
  run: async (invocation, input) => {
    const name = parseSlug(input.argument(0), 'staff member');
    const role: unknown = input.requiredOption('role', 'support, release-manager, operator or auditor.');
    if (!staffRoleCheck.matches(role)) {
      throw new CliError('usage', '--role is one of support, release-manager, operator, auditor.');
    }
    const password = await readPassword(invocation, input);
    const displayName = input.option('title') ?? name;
    const staff = await invocation.withAdmin((admin) =>
      admin.call('staff.create', { actor: invocation.actor, name, displayName, role, password }),
    );
    invocation.answer(
      staff,
      () => `Staff login ${name} (${role}) was made.${describePassword(staff.password)}`,
    );
  },
};
