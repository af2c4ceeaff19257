// Private files in a folder where somebody else may have put things: nothing is waited for, nothing else is overwritten.
import t from 'tap';
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { erasePrivateFile, readPrivateFile, writePrivateFile } from '#commlink/private-file.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

t.test('what is erased is gone, and was overwritten', async (t) => {
  const folder = temporaryFolder(t);
  const [file, kept] = [join(folder, 'secret'), join(folder, 'kept')];
  await writePrivateFile(file, 'a secret');
  await erasePrivateFile(file);
  t.notOk(existsSync(file));
  await erasePrivateFile(file);
  writeFileSync(kept, 'not mine');
  symlinkSync(kept, file);
  await erasePrivateFile(file);
  t.notOk(existsSync(file));
  t.equal(readFileSync(kept, 'utf8'), 'not mine', 'what a link leads to is left alone');
  linkSync(kept, file);
  await erasePrivateFile(file);
  t.equal(readFileSync(kept, 'utf8'), 'not mine', 'and what has another name');
});

t.test('a pipe in the place of a file is refused, and holds nobody', async (t) => {
  const pipe = join(temporaryFolder(t), 'pipe');
  execFileSync('mkfifo', ['-m', '600', pipe]);
  await t.rejects(readPrivateFile(pipe), { code: 'KEY_FILE_UNREADABLE', message: /no file/ });
});
