// The flags of ls(1) that clients put in front of a path.
import t from 'tap';
import { parseListRequest } from '#ftp-node/session/ftp/list-request.ts';

const cases = [
  [null, { path: null, form: 'long', order: 'name', reversed: false, recursive: false, itself: false }],
  ['-la', { path: null, form: 'long' }],
  ['-al /a b', { path: '/a b', form: 'long' }],
  ['-a -l tools', { path: 'tools', form: 'long' }],
  ['-1', { form: 'names' }],
  ['-1l', { form: 'long' }],
  ['-l1', { form: 'names' }],
  ['-CF', { form: 'names', marked: true }],
  ['-ltr x', { path: 'x', form: 'long', order: 'time', reversed: true }],
  ['-S', { order: 'size' }],
  ['-tS', { order: 'size' }],
  ['-lR', { recursive: true }],
  ['-lRd', { recursive: false, itself: true }],
  ['-- -x', { path: null }],
  ['./-x', { path: './-x' }],
  ['x -l', { path: 'x -l' }],
  ['-x y/', { path: 'y/' }],
  ['- x', { path: '- x' }],
] as const;

t.test('flags and path', async (test) => {
  for (const [argument, expected] of cases)
    test.match(parseListRequest(argument, 'long'), expected, String(argument));
  test.equal(parseListRequest('-l', 'names').form, 'long');
  test.equal(parseListRequest(null, 'names').form, 'names');
});
