// `consign grant`, `extend`, `revoke` and `entitlements`: who may have what. Nothing is deleted; a revocation is recorded.
import type { Entitlement } from '#commlink/methods/administration-fields.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatTable, formatTime, showable } from '../text.ts';
import { parseTime } from '../times.ts';

const downloadsMaxBounds = { min: 1, max: 1_000_000 };

/** `consign grant`. */
export const grant: CommandSpec = {
  arguments: [
    ['<account>', 'the customer account'],
    ['<product>', 'the product'],
  ],
  options: [
    ['--versions <range>', 'which versions, as npm writes ranges: "^1.2", ">=2 <4" (default: all)'],
    ['--channels <names>', 'which channels, with commas: stable,beta (default: all)'],
    ['--from <time>', 'not before: 2026-12-01, or 7d from now'],
    ['--until <time>', 'not after: 2027-11-30 (that day included), or 365d from now'],
    ['--downloads <count>', 'at most so many downloads'],
    ['--licence <name>', 'only after this licence agreement was accepted'],
    ['--reason <text>', 'why, for the audit log'],
  ],
  examples: [
    ['grant acme tool --reason "Contract 42"', 'every version, for good'],
    ['grant acme tool --versions "^1" --until 2027-11-30 --reason "Contract 42"', 'version 1, until a day'],
    ['grant acme tool --channels stable,beta --until 30d --reason Trial', 'a trial of 30 days'],
  ],
  run: async (invocation, input) => {
    const params = readGrant(input);
    const { entitlement, missingAgreement } = await invocation.withAdmin((admin) =>
      admin.call('entitlement.grant', { actor: invocation.actor, ...params }),
    );
    invocation.answer(
      { ...entitlement, missingAgreement },
      () =>
        `${entitlement.account} may have ${entitlement.product}: ${describeTerms(entitlement)}.\n` +
        `  entitlement  ${entitlement.id}` +
        (missingAgreement === null ? '' : `\n${warnOfMissing(missingAgreement)}`),
    );
  },
};

function warnOfMissing(agreement: string): string {
  return (
    `Warning: there is no text of the licence agreement ${agreement} yet. Each download is refused until a version is in\n` +
    `force and accepted: consign licence add ${agreement} …`
  );
}

function readGrant(input: CommandInput) {
  const nowMs = Date.now();
  const from = input.option('from');
  const until = input.option('until');
  const notBeforeMs = from === null ? null : parseTime(from, nowMs, 'start');
  const notAfterMs = until === null ? null : parseTime(until, nowMs, 'end');
  if (notAfterMs !== null && notAfterMs <= (notBeforeMs ?? nowMs)) {
    throw new CliError('usage', '--until is not after --from (or now): nothing would be granted.');
  }
  const channels = input.option('channels');
  const licence = input.option('licence');
  return {
    account: parseSlug(input.argument(0), 'account'),
    product: parseSlug(input.argument(1), 'product'),
    versions: input.option('versions') ?? '*',
    channels: channels === null ? null : channels.split(',').map((name) => parseSlug(name.trim(), 'channel')),
    notBeforeMs,
    notAfterMs,
    downloadsMax: input.count('downloads', downloadsMaxBounds),
    licenceAgreement: licence === null ? null : parseSlug(licence, 'licence agreement'),
    reason: input.requiredOption('reason', 'it goes into the audit log.'),
  };
}

/** `consign extend`. */
export const extend: CommandSpec = {
  arguments: [['<entitlement>', 'its id (ent_…), from grant, why or entitlements']],
  options: [
    ['--until <time>', 'the new end: 2028-11-30 (that day included), 365d from now, or never'],
    ['--reason <text>', 'why, for the audit log'],
  ],
  examples: [['extend ent_0123456789abcdefghijkl --until 2028-11-30 --reason "Renewal 7"', 'the id stays']],
  run: async (invocation, input) => {
    const until = input.requiredOption('until', 'a day, 365d, or never.');
    const change = {
      actor: invocation.actor,
      entitlement: input.argument(0),
      notAfterMs: until === 'never' ? null : parseTime(until, Date.now(), 'end'),
      reason: input.requiredOption('reason', 'it goes into the audit log.'),
    };
    const { entitlement } = await invocation.withAdmin((admin) => admin.call('entitlement.extend', change));
    invocation.answer(
      entitlement,
      () => `${entitlement.account} may have ${entitlement.product}: ${describeTerms(entitlement)}.`,
    );
  },
};

/** `consign revoke`. */
export const revoke: CommandSpec = {
  arguments: [['<entitlement>', 'its id (ent_…), from grant, why or entitlements']],
  options: [['--reason <text>', 'why, for the audit log']],
  examples: [['revoke ent_0123456789abcdefghijkl --reason "Contract ended"', 'at once, on every node']],
  run: async (invocation, input) => {
    const entitlement = input.argument(0);
    const reason = input.requiredOption('reason', 'it goes into the audit log.');
    const { actor } = invocation;
    const result = await invocation.withAdmin((admin) =>
      admin.call('entitlement.revoke', { actor, entitlement, reason }),
    );
    invocation.answer(result, () => {
      const { account, product } = result.entitlement;
      const pending = result.pendingNodes.length
        ? `\nNot reached yet, and told as soon as they are back: ${result.pendingNodes.join(', ')}.`
        : '';
      return (
        `${account} may no longer have ${product} by ${entitlement}. ` +
        `Deliveries ended: ${result.endedDeliveries.length}, downloads cut: ${result.cutTransferCount}.${pending}`
      );
    });
  },
};

/** `consign entitlements`. */
export const entitlements: CommandSpec = {
  arguments: [['[account]', 'only of this account']],
  examples: [['entitlements acme', 'of one customer']],
  run: async (invocation, input) => {
    const account = input.optionalArgument(0);
    const list = await invocation.withAdmin((admin) => admin.call('entitlement.list', { account }));
    invocation.answer(list.entitlements, () =>
      formatTable(
        ['entitlement', 'account', 'product', 'terms', 'granted by', 'reason'],
        list.entitlements.map((entitlement) => [
          entitlement.id,
          entitlement.account,
          entitlement.product,
          describeTerms(entitlement),
          entitlement.grantedBy,
          entitlement.grantReason,
        ]),
      ),
    );
  },
};

/** The terms of an entitlement in a few words. */
export function describeTerms(entitlement: Entitlement): string {
  const { versions, channels, notBeforeMs, notAfterMs, downloadsMax, licenceAgreement } = entitlement;
  const terms = [
    versions === '*' ? 'every version' : `versions ${versions}`,
    ...(channels === null ? [] : [`channels ${channels.join(', ')}`]),
    ...(notBeforeMs === null ? [] : [`from ${formatTime(notBeforeMs)}`]),
    ...(notAfterMs === null ? [] : [`until ${formatTime(notAfterMs)}`]),
    ...(downloadsMax === null ? [] : [`at most ${downloadsMax} downloads`]),
    ...(licenceAgreement === null ? [] : [`under ${licenceAgreement}`]),
    ...(entitlement.revokedAtMs === null ? [] : [`revoked ${formatTime(entitlement.revokedAtMs)}`]),
  ];
  return showable(terms.join(', '));
}
