// `consign licence`: the agreements that customers accept in the portal before they download, by version; and recording what
// a customer has accepted on paper. A text never changes: it gets a new version, in force from a day on.
import {
  LicenceVersion,
  type catalogAdminMethods,
  type LicenceAgreement,
} from '#commlink/methods/catalog-admin-methods.ts';
import { pageRowsMax } from '#commlink/methods/paging.ts';
import type { ParamsOf } from '#commlink/method-table.ts';
import { compileSchema } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { readInputFile } from '../operator/input-file.ts';
import { formatTable, formatTime } from '../text.ts';
import { parseTime } from '../times.ts';

type Table = typeof catalogAdminMethods;

const versionCheck = compileSchema('version', LicenceVersion);

/** `consign licence add`. */
export const licenceAdd: CommandSpec = {
  arguments: [
    ['<agreement>', 'its name, as in grant --licence'],
    ['<version>', 'for example 2 or 2026-12'],
    ['<file>', 'its text, Markdown'],
  ],
  options: [
    ['--title <text>', 'what customers see as its name (default: the name)'],
    ['--from <time>', 'in force from then on (default: now); customers can accept it before'],
  ],
  examples: [
    ['licence add eula 1 eula.md --title "Terms of use"', 'in force at once'],
    ['licence add eula 2 eula-2.md --from 2027-01-01', 'announced, so that nothing has to wait on that day'],
  ],
  run: async (invocation, input) => {
    const name = parseSlug(input.argument(0), 'licence agreement');
    const version = parseLicenceVersion(input.argument(1));
    const text = await readInputFile(input.argument(2));
    const title = input.option('title') ?? name;
    const from = input.option('from');
    const inForceAtMs = from === null ? null : parseTime(from, Date.now());
    const { actor } = invocation;
    const { agreement } = await invocation.withAdmin((admin) =>
      admin.call('licence.add', { actor, name, version, title, text, inForceAtMs }),
    );
    invocation.answer(
      agreement,
      () =>
        `Version ${version} of ${name} is in force from ${formatTime(agreement.inForceAtMs)} on. Customers whose ` +
        `entitlement asks for it accept it in the portal; until then their downloads wait.`,
    );
  },
};

/** `consign licence list`. */
export const licenceList: CommandSpec = {
  examples: [['licence list', 'by name, the oldest version first']],
  run: async (invocation) => {
    const agreements = await invocation.withAdmin(async (admin) => {
      const all: LicenceAgreement[] = [];
      let after: string | null = null;
      do {
        const params: ParamsOf<Table, 'licence.list'> = { after, limit: pageRowsMax };
        const { agreements: some, next } = await admin.call('licence.list', params);
        all.push(...some);
        after = next;
      } while (after !== null);
      return all;
    });
    invocation.answer(agreements, () =>
      formatTable(
        ['agreement', 'version', 'in force from', 'title', 'added by'],
        agreements.map(({ name, version, inForceAtMs, title, addedBy }) => [
          name,
          version,
          formatTime(inForceAtMs),
          title,
          addedBy,
        ]),
      ),
    );
  },
};

/** `consign licence accept`. */
export const licenceAccept: CommandSpec = {
  arguments: [
    ['<account>', 'the customer'],
    ['<agreement>', 'the name of the agreement'],
    ['[version]', 'which version (default: the one in force)'],
  ],
  examples: [['licence accept acme eula', 'acme has signed the version in force']],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const agreement = parseSlug(input.argument(1), 'licence agreement');
    const given = input.optionalArgument(2);
    const version = given === null ? null : parseLicenceVersion(given);
    const { actor } = invocation;
    const accepted = await invocation.withAdmin((admin) =>
      admin.call('licence.accept', { actor, account, agreement, version }),
    );
    invocation.answer(accepted, () =>
      accepted.version === ''
        ? `${account} has accepted ${agreement}.`
        : `${account} has accepted version ${accepted.version} of ${agreement}.`,
    );
  },
};

function parseLicenceVersion(text: string): string {
  const isVersion: boolean = versionCheck.matches(text);
  if (isVersion) return text;
  throw new CliError(
    'usage',
    `"${text}" can't be the version of an agreement. Use letters, digits, dots, dashes and underscores, at most 32.`,
  );
}
