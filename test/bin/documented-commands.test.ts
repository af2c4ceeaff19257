// What README.md and docs/ tell people to type: each `consign …` of theirs is read by the real command line, with its names, arguments
// and options. In a block a command is whole; in a sentence it may leave arguments out. What the commands do, other tests show.
import t from 'tap';
import { commands } from '#bin/commands/all.ts';
import { buildProgram } from '#bin/program.ts';
import { readDocuments } from './read-documents.ts';
import { commandsOf } from './shell-words.ts';

/** What a sentence may leave to the reader. */
const leftOut = new Set(['commander.missingArgument', 'commander.optionMissingArgument']);

/** Has commander read a command line; its error code, or null. */
async function refusalOf(words: readonly string[]): Promise<string | null> {
  const program = buildProgram(commands, { version: '0', run: () => Promise.resolve() });
  const quieten = (command: typeof program): void => {
    command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    command.commands.forEach(quieten);
  };
  quieten(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return null;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

const documents = readDocuments();

t.test('a command in a block can be typed as it stands', async (t) => {
  let count = 0;
  for (const { file, blocks } of documents) {
    for (const words of blocks.flatMap(commandsOf)) {
      t.equal(await refusalOf(words), null, `${file}: consign ${words.join(' ')}`);
      count += 1;
    }
  }
  t.ok(count > 100, `${count} commands`);
});

t.test('a command in a sentence exists, and so do its options', async (t) => {
  let count = 0;
  for (const { file, inline } of documents) {
    for (const words of inline.flatMap(commandsOf).filter(({ length }) => length > 0)) {
      const code = await refusalOf(words);
      t.ok(code === null || leftOut.has(code), `${file}: consign ${words.join(' ')}: ${code}`);
      count += 1;
    }
  }
  t.ok(count > 30, `${count} commands`);
});

t.test('a command that was renamed is found, and an option, and an argument too many', async (t) => {
  const cases = [
    ['node invitation web-front web1', 'commander.unknownCommand'],
    ['nodes', 'commander.unknownCommand'],
    ['node invite web-front web1 --hostname a', 'commander.unknownOption'],
    ['db copy postgres.json twice', 'commander.excessArguments'],
    ['db copy', 'commander.missingArgument'],
  ] as const;
  for (const [line, code] of cases) t.equal(await refusalOf(line.split(' ')), code, line);
});

t.test('commands are found in what a shell is given', (t) => {
  const cases: readonly (readonly [string, readonly string[][]])[] = [
    ['npx consign status   # consign doctor', [['status']]],
    ['consign a && X=1 npx consign b | grep consign', [['a'], ['b']]],
    [
      'until runuser -u consign -- consign node list; do sleep 1; done\n! consign a',
      [['node', 'list'], ['a']],
    ],
    ["consign a 'b c' \\\n  \"d'e\" f'g'h > out < in", [['a', 'b c', "d'e", 'fgh']]],
    ['spare=$(consign --json b)', [['--json', 'b']]],
    ['install -o consign -g consign /srv; echo consign; createdb consign', []],
  ];
  for (const [text, found] of cases) t.same(commandsOf(text), found, text);
  t.end();
});
