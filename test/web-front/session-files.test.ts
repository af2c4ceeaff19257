// The site files. FileZilla's is held against what FileZilla 3.63 wrote into its own list of sites after it had imported
// this very file by its menu; WinSCP's against the form that its source gives (HierarchicalStorage.cpp, SessionData.cpp).
import t from 'tap';
import { fileZillaSites, siteFileName, winScpSites } from '#web-front/delivery/session-files.ts';
import { endpoints } from './fake-ftp-node.ts';

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

t.test('FileZilla’s sites have its elements and numbers, and it asks for the password', async (t) => {
  const written = fileZillaSites({ delivery, endpoints });
  t.match(written, /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<FileZilla3[^>]*>\s*<Servers>\s*<Server>/);
  const values: [element: string, values: string[]][] = [
    ['Name', ['gateway 2.1.0-rc.1+7 (SFTP)', 'gateway 2.1.0-rc.1+7 (FTPS)']],
    ['Host', ['localhost', 'localhost']],
    ['Port', ['18444', '18443']],
    ['Protocol', ['1', '4']],
    ['User', ['d-7k2m9x4q1z', 'd-7k2m9x4q1z']],
    ['Logontype', ['2', '2']],
    ['RemoteDir', ['1 0 7 gateway 12 2.1.0-rc.1+7', '1 0 7 gateway 12 2.1.0-rc.1+7']],
  ];
  for (const [element, expected] of values) t.same(valuesOf(written, element), expected, element);
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
