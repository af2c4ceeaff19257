// The site files: FileZilla itself imports its own, by its menu, and must have understood every field; WinSCP's is held
// against the form that its source gives (HierarchicalStorage.cpp, SessionData.cpp), since it runs on Windows alone.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { fileZillaSites, siteFileName, winScpSites } from '#web-front/delivery/session-files.ts';
import { VirtualScreen } from '../rig/filezilla.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { endpoints } from './fake-backends.ts';

const delivery = {
  id: 'dlv_AAAAAAAAAAAAAAAAAAAAAA',
  product: 'gateway',
  version: '2.1.0-rc.1+7',
  path: 'gateway/2.1.0-rc.1+7/größe & <co>.zip',
  login: 'd-7k2m9x4q1z',
};

/** The values of one element, in their order. */
function valuesOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(
    ([, value]) => value ?? '',
  );
}

t.test('FileZilla imports the sites, and asks for the password', async (t) => {
  const screen = await VirtualScreen.open();
  t.teardown(() => screen.close());
  const file = join(temporaryFolder(t), 'sites.xml');
  const written = fileZillaSites({ delivery, endpoints });
  await writeFile(file, written);
  const sites = await screen.importSites(temporaryFolder(t), file);
  t.same(valuesOf(sites, 'Name'), ['gateway 2.1.0-rc.1+7 (SFTP)', 'gateway 2.1.0-rc.1+7 (FTPS)']);
  for (const element of ['Host', 'Port', 'Protocol', 'User', 'Logontype', 'RemoteDir', 'Name'])
    t.same(valuesOf(sites, element), valuesOf(written, element), `${element} as it was written`);
  t.same(valuesOf(sites, 'Protocol'), ['1', '4'], 'SFTP, and FTP that requires TLS');
  t.same(valuesOf(sites, 'RemoteDir')[0], '1 0 7 gateway 12 2.1.0-rc.1+7');
  t.notMatch(written, '<Pass', 'no password');
});

t.test('WinSCP’s sites have its numbers and PuTTY’s escapes', async (t) => {
  const hosts = { ...endpoints, sftp: endpoints.sftp && { ...endpoints.sftp, host: '2001:db8::1' } };
  t.equal(
    winScpSites({ delivery, endpoints: hosts }),
    [
      '[Sessions\\gateway%202.1.0-rc.1+7%20(SFTP)]',
      'HostName=2001:db8::1',
      'PortNumber=18444',
      'UserName=d-7k2m9x4q1z',
      'FSProtocol=2',
      'RemoteDirectory=/gateway/2.1.0-rc.1+7',
      '',
      '[Sessions\\gateway%202.1.0-rc.1+7%20(FTPS)]',
      'HostName=localhost',
      'PortNumber=18443',
      'UserName=d-7k2m9x4q1z',
      'FSProtocol=5',
      'Ftps=3',
      'RemoteDirectory=/gateway/2.1.0-rc.1+7',
      '',
    ].join('\r\n'),
  );
  const idn = { ...endpoints, sftp: null, ftp: { host: 'größe.example', port: 21 } };
  t.match(winScpSites({ delivery, endpoints: idn }), 'HostName=%EF%BB%BFgr%C3%B6%C3%9Fe.example');
});

t.test('what the node does not offer is not in the files, and their names are plain', async (t) => {
  const onlyFtp = { ...endpoints, sftp: null };
  t.same(valuesOf(fileZillaSites({ delivery, endpoints: onlyFtp }), 'Protocol'), ['4']);
  t.notMatch(winScpSites({ delivery, endpoints: onlyFtp }), 'FSProtocol=2');
  t.equal(siteFileName(delivery, 'xml'), 'consign-gateway-2.1.0-rc.1_7.xml');
});
