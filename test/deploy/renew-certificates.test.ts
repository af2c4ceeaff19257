// For whom the launcher has its authority issue certificates, when a program of the machine was taken over.
import t from 'tap';
import { completeBlock } from '#commlink/configuration/block-shelf.ts';
import { ConfigurationStore } from '#commlink/configuration/configuration-store.ts';
import { readStopped } from '#commlink/configuration/read-stopped.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { signDraft } from '#commlink/operator/draft.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { createOperatorKeys } from '#commlink/operator/operator-keys.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { firstPlaces } from '#deploy/default-settings.ts';
import { readNodeConfiguration } from '#deploy/installed-settings.ts';
import { readOwnOperatorKeys } from '#deploy/operator-connection.ts';
import { prepareState } from '#deploy/prepare-state.ts';
import { bootstrapOf } from '#deploy/program-folder.ts';
import { renewCertificates } from '#deploy/renew-certificates.ts';
import { layOutState } from '#deploy/state-directory.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { makeLayoutOne } from '../rig/layout-one.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

t.test(
  'a taken-over web-front gets no certificate for a name that the operators did not give it',
  async (t) => {
    const layout = layOutState(temporaryFolder(t));
    await makeLayoutOne(layout.directory, { portBase: await findFreePortBase(), isRoot: false });
    await prepareState(layout, {
      portBase: undefined,
      withDemo: false,
      host: undefined,
      onlyDatabase: false,
      say: () => {},
      takeLock: () => {},
    });
    const place = { cluster: 'local', name: 'web1' };
    const bootstrap = bootstrapOf(layout, 'web-front', place);
    const operator = await readOwnOperatorKeys(layout);
    if (operator === null) throw new Error('unreachable: the migration made the key');
    const { installed, highestSeq } = await readStopped(bootstrap);

    const configuration = structuredClone(await openConfiguration({ ...installed, keys: operator }));
    const front = configuration.nodes['web1'];
    if (front?.role !== 'web-front') throw new Error('unreachable');
    front.settings.portal.publicUrl = 'https://bank.example.com';
    const label = { reason: 'Test', publishedBy: 'nobody', nowMs: Date.now() };
    const before = await openConfiguration({ ...installed, keys: operator });
    const edition = { installed: { ...installed, configuration: before }, highestSeq, ...label };
    const { manifest, sections } = signDraft(
      await composeSettingsChange(edition, configuration),
      createOperatorKeys('nobody'),
    );
    const store = new ConfigurationStore(bootstrap.configurationDirectory);
    const forged = completeBlock(manifest, [...installed.sections, ...sections]);
    await store.writeBlock(forged);
    await store.writeRecord({ ...(await store.readRecord()), installed: forged.version });
    const own = await readNodeConfiguration(layout, 'web-front', place);
    t.equal(own.settings.portal.publicUrl, 'https://bank.example.com', 'its directory says what it likes');

    const calls: string[] = [];
    const call = async (method: string): Promise<unknown> => {
      calls.push(method);
      return { installed: installed.version, members: [], proposals: [], candidate: null };
    };
    const client = { call } as unknown as OperatorClient;
    const options = { layout, places: firstPlaces, operator, signal: AbortSignal.timeout(90_000) };
    t.equal(await renewCertificates(client, options), null);
    t.same(calls, ['config.status'], 'nothing is published');
  },
);
