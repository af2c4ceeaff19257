// How the runbook is read: a block of commands says where it is run, and the end of one that waits is always looked at.
import t from 'tap';
import { readRunbook, selectChapters } from './runbook.ts';

const block = (place: string, waits = ''): string => `\`\`\`sh\n# on ${place}${waits}\ntrue\n\`\`\`\n`;
const one = ', and waits for the next block';
const two = ', and waits for the next two blocks';

t.test('a block of commands that does not say where it is run is refused', async (t) => {
  t.throws(() => readRunbook('## 1. One\n```sh\nreboot\n```\n'), /does not begin with "# on MACHINE"/);
  t.throws(() => readRunbook(`## 1. One\n${block('nowhere')}`), /does not begin/);
});

t.test('a block that waits is run with those that it waits for', async (t) => {
  const select = (text: string, to = 1): number =>
    selectChapters(readRunbook(`## 1. One\n${text}`), { from: 1, to }).length;
  t.equal(select(block('administration', one) + block('wall')), 2);
  t.equal(select(block('administration', two) + block('wall') + block('wall')), 3);
  const cases = [
    ['the last of all', block('wall') + block('administration', one)],
    ['one of two is missing', block('administration', two) + block('wall')],
    [
      'the next is in a chapter that is left out',
      `${block('administration', one)}## 2. Two\n${block('wall')}`,
    ],
  ] as const;
  for (const [what, text] of cases) t.throws(() => select(text), /not run with it/, what);
  const nested = block('administration', two) + block('web-front', one) + block('wall');
  t.throws(() => select(nested), /waits itself/);
});

t.test('the runbook as it is can be followed from its first chapter to its last', async (t) => {
  const blocks = readRunbook();
  const to = Math.max(...blocks.map(({ number }) => number));
  t.equal(selectChapters(blocks, { from: 1, to }).length, blocks.length);
});
