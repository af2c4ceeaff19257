// `consign config edit`: the draft in the person's own editor, as JSON with comments. What does not fit is shown, and the
// text is opened again or kept.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { writePrivateFile } from '#commlink/private-file.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { isPlainObject } from '../operator/configuration-path.ts';
import { completeView, toConfiguration, type ConfigurationView } from '../operator/configuration-shape.ts';
import type { DraftDesk } from '../operator/draft-desk.ts';
import { askLine } from '../terminal.ts';
import { changeDraft, publishNow } from './config-set.ts';

/** `consign config edit`. */
export const configEdit: CommandSpec = {
  options: publishNow,
  examples: [
    ['config edit', 'everything: the policy, and the settings of each node'],
    ['config edit --publish --reason "New addresses"', 'and publish it when it fits'],
  ],
  run: async (invocation, input) => {
    const { editor } = invocation;
    if (editor === null || editor === '') {
      throw new CliError('usage', 'No editor is known. Set VISUAL or EDITOR, or use consign config set.');
    }
    await changeDraft(invocation, input, (desk) => editUntilFitting(invocation, editor, desk));
  },
};

async function editUntilFitting(
  invocation: Invocation,
  editor: string,
  desk: DraftDesk,
): Promise<ConfigurationView> {
  // A text that was kept earlier is not written over.
  const file = `${invocation.operatorFiles.draftFile.replace(/\.json$/, '')}.${Date.now()}.edit.jsonc`;
  const text = textOf(desk);
  await writePrivateFile(file, text);
  for (;;) {
    await runEditor(editor, file).catch(async (error: unknown) => {
      if ((await readFile(file, 'utf8')) === text) await rm(file);
      else invocation.note(`Your text is kept in ${file}`);
      throw error;
    });
    try {
      const { configuration } = desk.installed;
      const view = completeView(parseEdited(await readFile(file, 'utf8')), configuration);
      toConfiguration(view, configuration);
      await rm(file);
      return view;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (await wantsAnotherTry(invocation, error.message)) continue;
      throw new CliError(error.code, `${error.message}\nNothing was changed. Your text is kept in ${file}`);
    }
  }
}

async function wantsAnotherTry({ terminal, note }: Invocation, problem: string): Promise<boolean> {
  if (!terminal.input.isTTY) return false;
  note(problem);
  return !/^n/i.test(await askLine(terminal, 'Edit it again? [Y/n] '));
}

function textOf({ view, installed }: DraftDesk): string {
  return [
    `// The configuration of the cluster "${installed.manifest.cluster}", version ${installed.version.seq}, with your draft.`,
    '// Lines that begin with // are comments, and are not kept. Names that end in Ms are milliseconds.',
    '// Save and close to keep it as your draft; nothing is published by that.',
    `${JSON.stringify(view, null, 2)}\n`,
  ].join('\n');
}

function parseEdited(text: string): ConfigurationView {
  const json = text
    .split('\n')
    .map((line) => (line.trimStart().startsWith('//') ? '' : line))
    .join('\n');
  try {
    const value: unknown = JSON.parse(json);
    if (isPlainObject(value)) return value;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CliError('failed', `This is not JSON: ${cause.message}.`, { cause });
  }
  throw new CliError('failed', 'This is not the configuration: it must begin with { and end with }.');
}

/** Through the shell, as the variable may hold options; the file's name is passed beside it, not in it. */
function runEditor(editor: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'editor', file], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new CliError('failed', `The editor ended with code ${code}. Nothing was changed.`));
    });
  });
}
