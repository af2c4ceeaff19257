// `consign user list`, `invite`, `send-reset` and `reset-second-factor`: the people of a customer's account.
import type { Invitation, Member } from '#commlink/methods/people-methods.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseEmail, parseLanguage, parseRole, parseSlug } from '../names.ts';
import { pagesOf } from '../pages-of.ts';
import { formatTable, formatTime } from '../text.ts';

/** `consign user list`. */
export const userList: CommandSpec = {
  arguments: [['<account>', 'the customer account']],
  examples: [['user list acme', 'with roles, addresses and second factors']],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const members: Member[] = [];
    const invitations: Invitation[] = [];
    await invocation.withAdmin(async (admin) => {
      for await (const page of pagesOf((wanted) => admin.call('user.list', { account, ...wanted }))) {
        members.push(...page.members);
        invitations.push(...page.invitations);
      }
    });
    invocation.answer({ members, invitations }, () =>
      formatTable(
        ['user', 'name', 'role', 'address', 'second factor', 'signed in'],
        [...members.map(memberRow), ...invitations.map(invitationRow)],
      ),
    );
  },
};

/** `consign user invite`. */
export const userInvite: CommandSpec = {
  arguments: [
    ['<account>', 'the customer account'],
    ['<address>', 'the e-mail address'],
  ],
  options: [
    ['--role <role>', 'owner (manages the people) or downloader (default: owner)'],
    ['--language <language>', 'of the mail: en or de (default: en)'],
  ],
  examples: [['user invite acme alice@acme.example', 'alice becomes an owner of acme']],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const email = parseEmail(input.argument(1));
    const role = parseRole(input.option('role') ?? 'owner');
    const language = parseLanguage(input.option('language') ?? 'en');
    const { actor } = invocation;
    const { invitation } = await invocation.withAdmin((admin) =>
      admin.call('user.invite', { actor, account, email, role, language }),
    );
    invocation.answer(
      invitation,
      () => `${email} is invited to ${account} as ${role}, until ${formatTime(invitation.expiresAtMs)}.`,
    );
  },
};

/** `consign user send-reset`. */
export const userSendReset: CommandSpec = {
  arguments: [['<user>', 'the name that the user signs in with']],
  options: [['--reason <text>', 'why, and how you know who asks; for the audit log']],
  examples: [['user send-reset alice --reason "Called back"', 'goes to the address that is known']],
  run: async (invocation, input) => {
    const user = parseSlug(input.argument(0), 'user');
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const { actor } = invocation;
    const sent = await invocation.withAdmin((admin) => admin.call('user.sendReset', { actor, user, reason }));
    invocation.answer(sent, () => `A link is on its way to ${sent.email}.`);
  },
};

/** `consign user reset-second-factor`. */
export const userResetSecondFactor: CommandSpec = {
  arguments: [['<user>', 'the name that the user signs in with']],
  options: [['--reason <text>', 'why, and how you know who asks; for the audit log']],
  examples: [['user reset-second-factor alice --reason "Phone lost, called back"', 'the password stays']],
  run: async (invocation, input) => {
    const user = parseSlug(input.argument(0), 'user');
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const { actor } = invocation;
    const outcome = await invocation.withAdmin((admin) =>
      admin.call('user.resetSecondFactor', { actor, user, reason }),
    );
    invocation.answer(outcome, () =>
      outcome.had
        ? `${user} signs in with the password alone now.`
        : `${user} had no second factor; its sessions were ended.`,
    );
  },
};

function memberRow({ name, displayName, role, email, hasSecondFactor, lastSignInAtMs }: Member): string[] {
  const signedIn = lastSignInAtMs === null ? 'never' : formatTime(lastSignInAtMs);
  return [name, displayName, role, email ?? '', hasSecondFactor ? 'yes' : 'no', signedIn];
}

function invitationRow({ email, role, expiresAtMs }: Invitation): string[] {
  return ['', `(invited until ${formatTime(expiresAtMs)})`, role, email, '', ''];
}
