// The commands for the fleet's keys and packages on a running Consign: one person with everything, then holders of keys who sign one
// after the other; what is not signed by enough is not installed, what was changed is not signed.
import t from 'tap';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

interface Answer {
  readonly installed: boolean;
  readonly version: number;
  readonly draft: string | null;
}

/** A folder that is to become a package of `tool`. */
function sourceOf(folder: string, version: string, more: object = {}): string {
  const source = join(folder, `source-${version}`);
  mkdirSync(join(source, 'etc'), { recursive: true });
  writeFileSync(join(source, 'install.sh'), `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(source, 'install.sh'), 0o755);
  writeFileSync(join(source, 'etc', 'tool.conf'), 'default\n');
  const description = { name: 'Tool', product: 'tool', version, placeholders: ['etc/tool.conf'] };
  const install = { run: 'install.sh', args: ['--quiet'] };
  writeFileSync(join(source, 'consign-package.json'), JSON.stringify({ ...description, install, ...more }));
  return source;
}

async function expectCode(
  t: { equal: (a: unknown, b: unknown, c: string) => unknown },
  run: ReturnType<RunningConsign['run']>,
  code: number,
) {
  const { code: found, stdout, stderr } = await run;
  t.equal(found, code, `${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

t.test('roots and packages are signed, together and one after the other', async (t) => {
  const consign = await startConsign(t);
  const folder = temporaryFolder(t, { passphrase: 'correct horse\n' });
  chmodSync(join(folder, 'passphrase'), 0o600);
  const at = (...names: string[]) => join(folder, ...names);
  const keys = at('keys');
  const key = (name: string) => join(keys, `${name}.key`);

  t.match(await expectCode(t, consign.run('fleet', 'status'), 1), 'consign fleet setup');
  const noTerminal = consign.run('fleet', 'setup', '--keys', keys);
  await expectCode(t, noTerminal, 2);
  await expectCode(t, consign.run('fleet', 'setup', '--keys', keys, '--root', '3/2', '--no-passphrase'), 2);
  const setup = ['fleet', 'setup', '--keys', keys, '--root', '2/3', '--packages', '2/2', '--no-passphrase'];
  t.match(await expectCode(t, consign.run(...setup), 0), 'The fleet is set up');
  t.equal(statSync(keys).mode & 0o777, 0o700);
  t.equal(statSync(key('root-3')).mode & 0o777, 0o600);
  await expectCode(t, consign.run(...setup), 5);
  const status = await expectCode(t, consign.run('fleet', 'status'), 0);
  t.match(status, /director +root +2 of 3 +offline +1/);
  t.match(status, /packages +targets +2 of 2 +offline +1/);
  t.match(status, /director +timestamp +1 of 1 +online/);

  // Building.
  await consign.json('product', 'create', 'tool');
  const cpk = at('tool-1.4.0.cpk');
  const configures = [{ path: '/etc/tool.conf', reload: ['systemctl', 'reload', 'tool'] }];
  const source = sourceOf(folder, '1.4.0', { configures });
  t.match(
    await expectCode(t, consign.run('package', 'build', source, '--out', cpk), 0),
    'tool 1.4.0, 2 files',
  );
  t.equal(statSync(`${cpk}.key`).mode & 0o777, 0o600);
  await expectCode(t, consign.run('package', 'build', sourceOf(folder, '1.4.0'), '--out', cpk), 5);
  const looked = await expectCode(t, consign.run('package', 'verify', cpk), 0);
  t.match(looked, /etc\/tool.conf +644 +8 B +placeholder/);
  t.match(looked, 'Installed by: install.sh --quiet');
  t.match(looked, 'Lets the fleet replace: /etc/tool.conf, then systemctl reload tool');
  t.match(await expectCode(t, consign.run('package', 'verify', `${cpk}.key`), 2), 'is no package');
  const linked = sourceOf(folder, '9.0.0');
  symlinkSync('/etc/passwd', join(linked, 'passwd'));
  await expectCode(t, consign.run('package', 'build', linked, '--out', at('linked.cpk')), 2);
  const missing = sourceOf(folder, '9.0.1', { install: { run: '../install.sh' } });
  await expectCode(t, consign.run('package', 'build', missing, '--out', at('missing.cpk')), 2);
  t.notOk(existsSync(at('missing.cpk')));

  // A key that has no say for packages: nothing is published, nothing is written.
  const stray = at('stray.draft');
  const strange = ['package', 'sign', cpk, '--with', key('root-1'), '--out', stray];
  t.match(await expectCode(t, consign.run(...strange), 2), 'root-1 is no key of the targets');
  t.notOk(existsSync(stray));
  await expectCode(t, consign.run('release', 'notes', 'tool', '1.4.0'), 4);

  // One of two signs: nothing is installed, and the draft goes to the other.
  const draft = at('packages.draft');
  const signing = ['package', 'sign', cpk, '--with', key('packages-1'), '--out', draft];
  const handedOn = await expectCode(t, consign.run(...signing), 6);
  t.match(handedOn, '1 of 2 needed');
  t.notMatch(handedOn, 'At their next beats', 'nobody gets what not enough have signed');
  t.match(await expectCode(t, consign.run('fleet', 'status'), 0), 'Packages that are signed: 0.');
  await expectCode(t, consign.run('fleet', 'install', draft), 1);
  const look = await expectCode(t, consign.run('fleet', 'sign', draft, '--look'), 0);
  t.match(look, /adds tool\/1\.4\.0\/tool-1\.4\.0\.cpk/);
  t.match(look, /to be signed by 2 of \S{43}, \S{43}\n +signed so far by 1\n/);
  const installed = await expectCode(t, consign.run('fleet', 'status'), 0);
  for (const what of ['root', 'targets']) {
    const [, digest = '?'] = new RegExp(`Digest of the ${what} of packages: (.{64})`).exec(installed) ?? [];
    t.match(look, `digest ${digest}`, 'people compare what it goes on from with what they know');
  }
  await expectCode(t, consign.run('fleet', 'sign', draft, '--with', key('packages-1')), 6);
  t.match(await expectCode(t, consign.run('fleet', 'sign', draft, '--with', key('root-1')), 2), 'no key of');

  // Who makes a draft can't hide a package in what is said to be installed.
  const hiding = at('hiding.draft');
  const honest = JSON.parse(readFileSync(draft, 'utf8')) as Record<string, string>;
  writeFileSync(hiding, JSON.stringify({ ...honest, before: honest['text'], basedOnVersion: 2 }));
  for (const end of [['--look'], ['--with', key('packages-2')]])
    t.match(await expectCode(t, consign.run('fleet', 'sign', hiding, ...end), 1), 'is not signed by those');
  await expectCode(t, consign.run('fleet', 'sign', draft, '--with', key('packages-2')), 0);
  await expectCode(t, consign.run('fleet', 'install', draft), 0);
  await expectCode(t, consign.run('fleet', 'install', draft), 5);
  t.match(await expectCode(t, consign.run('fleet', 'status'), 0), 'Packages that are signed: 1.');
  const known = await consign.run('package', 'sign', cpk, '--with', key('packages-1'), '--out', draft);
  t.match(known.stdout, /tool 1\.4\.0 is published \(stable\):\n.*tool-1\.4\.0\.cpk/);

  // Both at once; a package that was changed is not signed, and one that was signed never changes.
  const both = ['--with', key('packages-1'), key('packages-2')];
  const next = at('tool-1.5.0.cpk');
  await expectCode(
    t,
    consign.run('package', 'build', sourceOf(folder, '1.5.0', { from: '>=1.4.0' }), '--out', next),
    0,
  );
  const signed = await consign.json<Answer>('package', 'sign', next, ...both);
  t.match(signed, { installed: true, draft: null });
  const again = at('again');
  mkdirSync(again);
  await expectCode(
    t,
    consign.run('package', 'build', sourceOf(folder, '1.5.0'), '--out', join(again, 'tool-1.5.0.cpk')),
    0,
  );
  await expectCode(t, consign.run('package', 'sign', join(again, 'tool-1.5.0.cpk'), ...both), 5);
  appendFileSync(cpk, 'x');
  await expectCode(t, consign.run('package', 'sign', cpk, ...both), 1);
  await expectCode(t, consign.run('package', 'verify', cpk), 1);
  t.match(await consign.json<Answer>('package', 'sign', ...both), { installed: true });

  await expectCode(t, consign.run('package', 'sign', '--without', 'tool/1/x.cpk', ...both), 4);
  t.match(await consign.json<Answer>('package', 'sign', '--without', 'tool/1.4.0/tool-1.4.0.cpk', ...both), {
    installed: true,
  });
  t.match(await expectCode(t, consign.run('fleet', 'status'), 0), 'Packages that are signed: 1.');

  // Keys are rotated.
  const roots = ['--with', key('root-1'), key('root-2')];
  t.match(
    await consign.json<Answer>(
      'fleet',
      'root',
      'rotate',
      'director',
      '--online',
      'timestamp,targets',
      ...roots,
    ),
    {
      installed: true,
      version: 2,
    },
  );
  const rootDraft = at('root.draft');
  const one = ['--with', key('root-3'), '--out', rootDraft];
  await expectCode(t, consign.run('fleet', 'root', 'rotate', 'packages', ...one), 6);
  await expectCode(t, consign.run('fleet', 'sign', rootDraft, '--with', key('root-1')), 0);
  await expectCode(t, consign.run('fleet', 'install', rootDraft), 0);
  await expectCode(t, consign.run('fleet', 'root', 'rotate', 'nothing', ...roots), 2);
  await expectCode(t, consign.run('fleet', 'root', 'rotate', 'packages', '--online', 'targets', ...roots), 2);
  t.match(await expectCode(t, consign.run('fleet', 'status'), 0), /packages +root +2 of 3 +offline +2/);

  // A holder of a packages' key leaves, and another one comes: by way of a root that names both.
  const third = key('packages-3');
  await expectCode(t, consign.run('operator', 'init', 'packages-3', '--no-passphrase', '--key', third), 0);
  const publicOf = async (name: string) =>
    (await consign.json<{ public: string }>('operator', 'show', '--key', key(name))).public;
  const publics = await Promise.all(['packages-1', 'packages-2', 'packages-3'].map(publicOf));
  const rotate = (...holders: string[]) =>
    consign.run('fleet', 'root', 'rotate', 'packages', '--package-keys', ...holders, ...roots);
  t.match(await expectCode(t, rotate(...publics.slice(1)), 1), 'Nothing was changed');
  await expectCode(t, rotate(...publics), 0);
  const newHolders = ['--with', key('packages-2'), third];
  t.match(await consign.json<Answer>('package', 'sign', ...newHolders), { installed: true });
  await expectCode(t, rotate(...publics.slice(1)), 0);
  await expectCode(t, consign.run('package', 'sign', ...both, '--out', draft), 2);
  await expectCode(t, consign.run('package', 'sign', ...newHolders.slice(0, 2), '--out', draft), 6);
  writeFileSync(rootDraft, readFileSync(rootDraft, 'utf8').replace('"role":"root"', '"role":"targets"'));
  await expectCode(t, consign.run('fleet', 'sign', rootDraft, '--look'), 2);
  t.notMatch(await consign.readLogs(), JSON.parse(readFileSync(`${next}.key`, 'utf8')).key as string);
});
