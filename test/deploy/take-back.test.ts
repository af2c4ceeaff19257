// What a taken-over web-front can leave in its configuration directory for the next start, which is root's.
import t from 'tap';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { layOutState, type StateLayout } from '#deploy/state-directory.ts';
import { takeBackWebFront } from '#deploy/take-back.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const isRoot = process.getuid?.() === 0;
const webFrontUser = 64_322;

/** A configuration directory with a block, as the web-front's user has it. */
function makeDirectory(t: Parameters<typeof temporaryFolder>[0]): { layout: StateLayout; directory: string } {
  const layout = layOutState(temporaryFolder(t));
  const directory = layout.configurationDirectory('web-front');
  mkdirSync(join(directory, 'blocks'), { recursive: true });
  writeFileSync(join(directory, 'protocol.json'), '{}');
  writeFileSync(join(directory, 'blocks', 'block.json'), '{}');
  chmodSync(directory, 0o777);
  if (isRoot)
    for (const name of ['', 'blocks', 'protocol.json', 'blocks/block.json'])
      chownSync(join(directory, name), webFrontUser, webFrontUser);
  return { layout, directory };
}

t.test('the directory and all in it are the starting user’s again', (t) => {
  const { layout, directory } = makeDirectory(t);
  takeBackWebFront(layout);
  for (const name of ['', 'blocks', 'protocol.json', 'blocks/block.json'])
    t.equal(lstatSync(join(directory, name)).uid, process.getuid?.(), name);
  // Another user has nothing to take back.
  t.equal(lstatSync(directory).mode & 0o777, isRoot ? 0o700 : 0o777);
  t.end();
});

const attacks: readonly [what: string, leave: (directory: string, victim: string) => void][] = [
  [
    'a link among the blocks',
    (directory, victim) => symlinkSync(victim, join(directory, 'blocks', 'a.json')),
  ],
  ['a link that looks half written', (directory, victim) => symlinkSync(victim, join(directory, 'a.new'))],
  ['another name of a file', (directory, victim) => linkSync(victim, join(directory, 'blocks', 'a.json'))],
  [
    'a link in the place of a folder',
    (directory, victim) => symlinkSync(join(victim, '..'), join(directory, 'history')),
  ],
  ['a pipe', (directory) => execFileSync('mkfifo', [join(directory, 'joins.json')])],
  [
    'folders in folders',
    (directory) => mkdirSync(join(directory, 'blocks', 'deep', 'deeper'), { recursive: true }),
  ],
];
for (const [what, leave] of attacks)
  t.test(`${what} stops a start by root, and what it leads to is unharmed`, (t) => {
    const { layout, directory } = makeDirectory(t);
    const victim = join(layout.directory, 'victim');
    writeFileSync(victim, 'precious');
    leave(directory, victim);
    const { uid } = lstatSync(victim);
    if (isRoot) t.throws(() => takeBackWebFront(layout), { code: 'CONFIGURATION_DAMAGED' });
    else t.doesNotThrow(() => takeBackWebFront(layout));
    t.equal(readFileSync(victim, 'utf8'), 'precious');
    t.equal(lstatSync(victim).uid, uid);
    t.end();
  });
