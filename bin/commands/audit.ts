// `consign audit`: who did what, and the proof that nothing was taken out of the log or changed in it.
import type { CommandSpec } from '../command-spec.ts';
import { listRows } from '../limits.ts';
import { formatTable, formatTime, showable } from '../text.ts';

/** `consign audit`. */
export const audit: CommandSpec = {
  options: [
    ['--after <sequence>', 'entries after this number (default: from the first on)'],
    ['--limit <count>', `at most so many (default: ${listRows.usual})`],
  ],
  examples: [
    ['audit', 'the first entries'],
    ['audit --after 1200 --limit 1000 --json', 'for an export, piece by piece'],
    ['audit verify', 'whether the log is whole'],
  ],
  run: async (invocation, input) => {
    const afterSequence = input.count('after', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0;
    const limit = input.count('limit', { min: 1, max: listRows.max }) ?? listRows.usual;
    const { entries } = await invocation.withAdmin((admin) =>
      admin.call('audit.list', { afterSequence, limit }),
    );
    invocation.answer(entries, () =>
      formatTable(
        ['#', 'time', 'who', 'did', 'what', 'detail'],
        entries.map((entry) => [
          String(entry.sequence),
          formatTime(entry.atMs),
          entry.actor,
          entry.action,
          entry.subject,
          entry.detail,
        ]),
      ),
    );
  },
};

/** `consign audit verify`. */
export const auditVerify: CommandSpec = {
  examples: [['audit verify', 'fails (exit code 1) when an entry was changed or removed']],
  run: async (invocation) => {
    const result = await invocation.withAdmin((admin) => admin.call('audit.verify', {}));
    if (!result.intact) invocation.setFailed();
    invocation.answer(result, () => {
      const verdict = result.intact ? 'The audit log is intact' : 'THE AUDIT LOG IS BROKEN';
      const head = result.headHash === null ? '' : `\n  head  ${result.headHash}`;
      return `${verdict}: ${result.entryCount} entries. ${showable(result.explanation)}${head}`;
    });
  },
};
