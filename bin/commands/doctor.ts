// `consign doctor`: looks at the machine, the state and what runs, and says of each what is wrong and what to do.
import { findEndpoints, findPortalDoor } from '#deploy/find-endpoints.ts';
import { connectAdmin, type Admin } from '../admin-client.ts';
import { CliError, toCliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { fail, hasProgram, type Finding, type Patient } from '../doctor/check.ts';
import { checkBags, checkCertificates, checkMembers, type ClusterPatient } from '../doctor/cluster-checks.ts';
import { checkBans, checkDraining } from '../doctor/guard-checks.ts';
import { checkClock, checkJail, checkNode, checkSshCrypto } from '../doctor/machine-checks.ts';
import {
  checkArtifacts,
  checkAudit,
  checkHttps,
  checkLinks,
  checkPorts,
  checkRunning,
  checkStoreroom,
} from '../doctor/service-checks.ts';
import {
  checkFreeSpace,
  checkHardLinks,
  checkPermissions,
  checkStateVersion,
} from '../doctor/state-checks.ts';
import { showable } from '../text.ts';

/** `consign doctor`. */
export const doctor: CommandSpec = {
  examples: [['doctor', 'fails (exit code 1) when something must be put right']],
  run: async (invocation) => {
    const findings = await examine(invocation);
    if (findings.some(({ level }) => level === 'fail')) invocation.setFailed();
    invocation.answer(findings, () => findings.map(describe).join('\n'));
  },
};

const marks = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;

function describe({ check, level, detail, advice }: Finding): string {
  const line = `${marks[level]}  ${check.padEnd(12)}  ${showable(detail)}`;
  return advice === undefined ? line : `${line}\n      ${''.padEnd(12)}  → ${advice}`;
}

async function examine(invocation: Invocation): Promise<Finding[]> {
  const { layout } = invocation;
  const machine = [checkNode(), checkSshCrypto(), checkJail(invocation)];
  const version = checkStateVersion({ layout, admin: null, endpoints: null, portalDoor: null });
  if (version.level === 'fail') return [...machine, version];
  const admin = await connectIfRunning(() => connectAdmin(layout));
  try {
    const isUp = admin !== null || !hasProgram(layout, 'internal-db');
    const endpoints = isUp ? await findEndpoints(layout) : null;
    const portalDoor = endpoints === null ? null : await findPortalDoor(layout);
    const patient: Patient = { layout, admin, endpoints, portalDoor };
    const state = [checkClock, checkPermissions, checkHardLinks, checkFreeSpace];
    const services = [
      checkHttps,
      checkCertificates,
      checkPorts,
      checkLinks,
      checkDraining,
      checkBans,
      checkStoreroom,
      checkArtifacts,
      checkAudit,
    ];
    return [
      ...machine,
      version,
      ...state.map((check) => check(patient)),
      checkRunning(patient),
      ...(await Promise.all(services.map((check) => check(patient)))).flat(),
      ...(await examineCluster(invocation)),
    ];
  } finally {
    admin?.close();
  }
}

async function examineCluster(invocation: Invocation): Promise<Finding[]> {
  try {
    const patient: ClusterPatient = await invocation.withCluster(async (cluster) => ({
      status: await cluster.status(),
      manifest: cluster.manifest,
    }));
    return [...checkMembers(patient), checkBags(patient)];
  } catch (error) {
    const expected = toCliError(error);
    if (expected === null) throw error;
    // That nothing runs is said already.
    if (expected.code === 'unreachable') return [];
    return [fail('cluster', expected.message, 'See consign node list.')];
  }
}

async function connectIfRunning(connect: () => Promise<Admin>): Promise<Admin | null> {
  try {
    return await connect();
  } catch (error) {
    if (error instanceof CliError && error.code === 'unreachable') return null;
    throw error;
  }
}
