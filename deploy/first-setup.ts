// Fills an empty installation over the administration socket: the first staff login and, unless it is to stay empty,
// a demo customer who may download a real file: the Node.js runtime that runs all this. Called by installation.ts.
// Every step may have been done by a start that was cut short.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createLogger } from '#commlink/log.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import type { FirstLogins } from './first-logins.ts';
import { setupCallDeadlineMs } from './limits.ts';
import type { StateLayout } from './state-directory.ts';

/** Who the audit log says did it. */
const actor = 'launcher';

/** What the demo customer gets. */
export const demo = {
  account: 'demo',
  product: 'node-runtime',
  version: process.versions.node,
  file: `node-v${process.versions.node}-${process.platform}-${process.arch}`,
} as const;

type AdminConnection = Awaited<ReturnType<typeof connectAdmin>>;

/** Connects to internal-db's administration socket. */
export function connectAdmin(layout: StateLayout) {
  return connectUnix({
    path: layout.adminSocket,
    peer: { role: 'internal-db', name: 'internal-db', id: 'internal-db' },
    called: adminMethods,
    log: createLogger('launcher', 'silent'),
  });
}

/** Creates the first logins and, with a customer among them, the demo. */
export async function setUp(layout: StateLayout, logins: FirstLogins): Promise<void> {
  const admin = await connectAdmin(layout);
  try {
    await createStaff(admin, logins.staff);
    if (logins.customer) await createDemo(admin, logins.customer, layout);
  } finally {
    admin.close();
  }
}

const options = { deadlineMs: setupCallDeadlineMs };

async function createStaff(admin: AdminConnection, staff: FirstLogins['staff']): Promise<void> {
  const displayName = 'First operator';
  await unlessDone(admin.call('staff.create', { actor, ...staff, displayName, role: 'operator' }, options));
}

async function createDemo(
  admin: AdminConnection,
  customer: FirstLogins['staff'],
  layout: StateLayout,
): Promise<void> {
  const { account, product } = demo;
  await Promise.all([
    unlessDone(admin.call('account.create', { actor, name: account, displayName: 'Demo customer' }, options)),
    unlessDone(
      admin.call(
        'product.create',
        {
          actor,
          name: product,
          title: 'Node.js runtime',
          description: 'The JavaScript runtime that Consign itself runs on, to try a real download with.',
        },
        options,
      ),
    ),
  ]);
  const user = { actor, account, ...customer, displayName: 'Demo user' };
  await Promise.all([unlessDone(admin.call('user.create', user, options)), publishDemo(admin, layout)]);
  const { entitlements } = await admin.call('entitlement.list', { account }, options);
  if (entitlements.some((entitlement) => entitlement.product === product)) return;
  const always = { channels: null, notBeforeMs: null, notAfterMs: null, downloadsMax: null };
  const reason = 'Demo, made at the first start';
  const grant = { actor, account, product, versions: '*', ...always, licenceAgreement: null, reason };
  await admin.call('entitlement.grant', grant, options);
}

/** A name that is taken already was made by an earlier first start that did not come to its end. */
async function unlessDone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RpcError && error.code === 'conflict')) throw error;
  }
}

/** Publishes in the one way there is: with the command line. */
async function publishDemo(admin: AdminConnection, layout: StateLayout): Promise<void> {
  const { products } = await admin.call('product.list', {}, options);
  const known = products.find(({ name }) => name === demo.product);
  if (known?.releases.some(({ version }) => version === demo.version)) return;
  const main = join(import.meta.dirname, '..', 'bin', 'main.ts');
  const platform = `${process.platform}-${process.arch}`;
  const release = [demo.product, demo.version, process.execPath, '--as', demo.file, '--platform', platform];
  await run([main, '--state', layout.directory, '--json', 'publish', ...release]);
}

function run(arguments_: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
    const said: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The demo release can't be published: ${Buffer.concat(said).toString().trim()}`));
    });
  });
}
