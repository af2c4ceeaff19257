// `consign release`: showing a draft to customers, withdrawing what must not be downloaded any more, and the notes that
// customers read.
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug, parseVersion } from '../names.ts';
import { readInputFile } from '../operator/input-file.ts';
import { showableLines } from '../text.ts';

const releaseArguments = [
  ['<product>', 'the product'],
  ['<version>', 'the version of the release'],
] as const;

function createStateCommand(options: {
  verb: string;
  state: 'published' | 'withdrawn';
  reason: string;
  effect: string;
}): CommandSpec {
  const { verb, state, reason: exampleReason, effect } = options;
  return {
    arguments: releaseArguments,
    options: [['--reason <text>', 'why, for the audit log']],
    examples: [[`release ${verb} tool 1.4.0 --reason "${exampleReason}"`, effect]],
    run: async (invocation, input) => {
      const product = parseSlug(input.argument(0), 'product');
      const version = parseVersion(input.argument(1));
      const reason = input.requiredOption('reason', 'it goes into the audit log.');
      const { actor } = invocation;
      const release = await invocation.withAdmin((admin) =>
        admin.call('release.setState', { actor, product, version, state, reason }),
      );
      invocation.answer(release, () => `${product} ${version} is ${release.state}.`);
    },
  };
}

/** `consign release publish`. */
export const releasePublish = createStateCommand({
  verb: 'publish',
  state: 'published',
  reason: 'Tested by QA',
  effect: 'a draft, or a release that was withdrawn',
});

/** `consign release withdraw`. */
export const releaseWithdraw = createStateCommand({
  verb: 'withdraw',
  state: 'withdrawn',
  reason: 'Broken on ARM',
  effect: 'at once; running downloads are cut',
});

/** `consign release notes`. */
export const releaseNotes: CommandSpec = {
  arguments: [...releaseArguments, ['[file]', 'the notes, Markdown; without it they are shown']],
  examples: [
    ['release notes tool 1.4.0 notes.md', 'in the place of those that there are'],
    ['release notes tool 1.4.0', 'show them'],
  ],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const version = parseVersion(input.argument(1));
    const file = input.optionalArgument(2);
    if (file === null) {
      const shown = await invocation.withAdmin((admin) => admin.call('release.notes', { product, version }));
      invocation.answer(shown, () => showableLines(shown.notes || `${product} ${version} has no notes yet.`));
      return;
    }
    const notes = await readInputFile(file);
    const { actor } = invocation;
    const written = await invocation.withAdmin((admin) =>
      admin.call('release.setNotes', { actor, product, version, notes }),
    );
    invocation.answer(written, () => `The notes of ${product} ${version} are written.`);
  },
};
