// Every client of a customer fetches a whole tree, and goes on with a file that was cut; all of it is judged by digests.
import t, { type Test } from 'tap';
import { startConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { assertResumed, assertTree, cutLargeFile, publishTree } from './published-tree.ts';
import { clearTreeClients, treeClients, type TreeClient } from './tree-clients.ts';

const consign = await startConsign(t, { demo: true });
const tree = await publishTree(t, consign);

async function fetchTree(parent: Test, { name, resumes, fetch }: TreeClient): Promise<void> {
  const what = resumes === null ? 'which it copies anew, as its manual says' : 'and goes on with it';
  await parent.test(`${name} fetches a tree with a cut file, ${what}`, async (t) => {
    const directory = temporaryFolder(t);
    await cutLargeFile(tree, directory);
    const { endpoints } = consign;
    const { code, stdout, stderr } = await fetch({ tree, endpoints, directory, home: temporaryFolder(t) });
    t.equal(code, 0, `${stdout}${stderr}`.slice(-600));
    await assertTree(t, tree, directory);
    if (resumes !== null) await assertResumed(t, consign, { tree, protocol: resumes });
  });
}

for (const client of treeClients) await fetchTree(t, client);

await t.test('where the operator allows it, clients without TLS', async (t) => {
  await consign.configure('ftp1/ftp/requireTls', 'false');
  for (const client of clearTreeClients) await fetchTree(t, client);
});
