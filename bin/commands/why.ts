// `consign why`: the entitlement decision, explained: what was weighed, what each entitlement says, what to do.
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug, parseTarget } from '../names.ts';
import { formatTime, showable } from '../text.ts';
import { parseTime } from '../times.ts';
import { describeTerms } from './entitlement.ts';

type Explanation = ResultOf<typeof adminMethods, 'entitlement.explain'>;
type Decision = Explanation['decisions'][number];

/** `consign why`. */
export const why: CommandSpec = {
  arguments: [
    ['<account>', 'the customer account'],
    ['<target>', 'PRODUCT, PRODUCT/VERSION or PRODUCT/VERSION/FILE'],
  ],
  options: [['--at <time>', 'as it was or will be then: 2026-12-31, -7d, 30d (default: now)']],
  examples: [
    ['why acme tool', 'every release of the product'],
    ['why acme tool/2.0.0', 'one release'],
    ['why acme tool/2.0.0 --at 2027-01-01', 'on another day'],
  ],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const target = parseTarget(input.argument(1));
    const at = input.option('at');
    const atMs = at === null ? null : parseTime(at, Date.now());
    const explanation = await invocation.withAdmin((admin) =>
      admin.call('entitlement.explain', { account, ...target, atMs }),
    );
    invocation.answer(explanation, () => describeExplanation(explanation));
  },
};

function describeExplanation({ account, product, atMs, decisions }: Explanation): string {
  const heading = `${account} and ${product}, at ${formatTime(atMs)}:`;
  return [heading, ...decisions.flatMap((decision) => describeDecision(product, decision))].join('\n');
}

function describeDecision(product: string, decision: Decision): string[] {
  const { version, file, allowed, reason, explanation, findings } = decision;
  const what = [product, version, file].filter((part) => part !== null).join('/');
  const verdict = allowed ? 'yes' : `no (${reason})`;
  return [
    '',
    `${showable(what)}: ${verdict}`,
    `  ${showable(explanation)}`,
    ...findings.map(({ entitlement, admits, explanation: finding }) => {
      const mark = admits ? '+' : '-';
      return `  ${mark} ${entitlement.id}  ${describeTerms(entitlement)}\n      ${showable(finding)}`;
    }),
  ];
}
