// Where configuration files are put while somebody else works against it: links in the way, directories that others may write,
// and a directory that is exchanged between placing and taking back.
import t from 'tap';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCycle } from '#appliance/cycle/run-cycle.ts';
import { Disk } from '#appliance/state/disk.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { agentPlaces, allowFiles, enrolAgent } from './enrolled-agent.ts';
import { FakeCentre } from './fake-centre.ts';
import { fileOffer } from './offers.ts';

t.test('a copy follows no link, and keeps the rights', async (t) => {
  const folder = temporaryFolder(t, { from: 'new', victim: 'untouched' });
  const [from, to, victim] = [join(folder, 'from'), join(folder, 'to'), join(folder, 'victim')];
  chmodSync(from, 0o640);
  chmodSync(victim, 0o600);
  const disk = new Disk();
  symlinkSync(victim, to);
  await t.rejects(disk.copyNew(from, to), { code: 'EEXIST' });
  t.equal(readFileSync(victim, 'utf8'), 'untouched', 'what the target leads to is not written');
  t.equal(statSync(victim).mode & 0o777, 0o600);
  await t.rejects(disk.copyNew(to, join(folder, 'read')), { code: 'ELOOP' }, 'and not read either');
  await t.rejects(disk.copyNew(folder, join(folder, 'read')), { code: 'EINVAL' }, 'a folder is no file');
  await disk.copyNew(from, join(folder, 'copy'));
  t.equal(readFileSync(join(folder, 'copy'), 'utf8'), 'new');
  t.equal(statSync(join(folder, 'copy')).mode & 0o777, 0o640);
});

t.test('nothing is put where others may write', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places);
  const etc = join(places.root, 'etc');
  mkdirSync(join(etc, 'app'));
  allowFiles(places, { path: '/etc/app/conf' });
  const spoil: [string, () => void, () => void][] = [
    ['the folder is everybody’s', () => chmodSync(join(etc, 'app'), 0o777), () => undefined],
    ['a sticky one', () => chmodSync(join(etc, 'app'), 0o1777), () => undefined],
    ['a group’s', () => chmodSync(join(etc, 'app'), 0o775), () => chmodSync(join(etc, 'app'), 0o755)],
    ['the one above', () => chmodSync(etc, 0o777), () => chmodSync(etc, 0o755)],
  ];
  // Only root can give a folder away.
  if (process.getuid?.() === 0)
    spoil.push([
      'a service’s own',
      () => chownSync(join(etc, 'app'), 65534, 65534),
      () => chownSync(join(etc, 'app'), 0, 0),
    ]);
  centre.offers = [fileOffer('conf', 'a=1', { path: '/etc/app/conf' })];
  for (const [title, change, changeBack] of spoil) {
    change();
    await runCycle(agent, 'cycle');
    t.match(agent.journal.content.problems.at(-1), { code: 'bad_path', about: /Other users/ }, title);
    t.throws(() => statSync(join(etc, 'app/conf')), { code: 'ENOENT' }, title);
    changeBack();
  }
  await runCycle(agent, 'cycle');
  t.equal(readFileSync(join(etc, 'app/conf'), 'utf8'), 'a=1', 'and when that is put right, it is placed');
});

t.test('what is taken back goes nowhere else, whatever happened to the directory', async (t) => {
  const centre = await FakeCentre.start(t);
  const places = agentPlaces(t);
  const agent = await enrolAgent(centre, places);
  const etc = join(places.root, 'etc');
  const elsewhere = temporaryFolder(t);
  writeFileSync(join(elsewhere, 'conf'), 'untouched');
  const exchange = `mv "${etc}/app" "${etc}/old" && ln -s "${elsewhere}" "${etc}/app"; exit 1`;
  const reload = ['/bin/sh', '-c', exchange];
  allowFiles(places, { path: '/etc/app/conf', reload });
  centre.offers = [fileOffer('conf', 'a=1', { path: '/etc/app/conf' })];
  await runCycle(agent, 'start');
  centre.offers = [fileOffer('conf', 'a=2', { path: '/etc/app/conf', reload })];
  await runCycle(agent, 'cycle');
  t.equal(readlinkSync(join(etc, 'app')), elsewhere, 'it was exchanged');
  t.equal(readFileSync(join(elsewhere, 'conf'), 'utf8'), 'untouched');
  t.match(centre.beats.at(-1)?.results, [{ outcome: 'failed', code: 'reload_exit_code' }]);
  t.equal(agent.journal.content.pending, null);
  await runCycle(agent, 'cycle');
  t.match(agent.journal.content.problems.at(-1), { code: 'bad_path' });
});
