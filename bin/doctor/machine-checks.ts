// The checks of `consign doctor` on the machine: Node.js, ssh2's native crypto, the right to chroot, the clock.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { elsewhere, fail, hasProgram, ok, warn, type Finding, type Patient } from './check.ts';

const nodeMajorMin = 24;
/** Certificates and deliveries end by the clock; before this it has not been set. */
const earliestPlausibleMs = Date.UTC(2026, 0, 1);
const clockSkewWarnMs = 5 * 60_000;

/** The Node.js that runs this, which is the one that runs the programs. */
export function checkNode(): Finding {
  const major = Number.parseInt(process.versions.node, 10);
  const detail = `${process.version} (${process.execPath})`;
  if (major >= nodeMajorMin) return ok('Node.js', detail);
  return fail('Node.js', detail, `Version ${nodeMajorMin} is needed: run npm ci.`);
}

/** ssh2's native crypto, without which SFTP is slow. */
export function checkSshCrypto(): Finding {
  const name = 'SSH crypto';
  try {
    createRequire(import.meta.url)('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node');
    return ok(name, 'native');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const advice = 'Install make, g++ and python3, then run: npm run postinstall';
    return warn(name, `in JavaScript, at about a third of the speed (${code})`, advice);
  }
}

/** Whether the session servers can be locked into the accounts directory. */
export function checkJail({ layout }: Pick<Patient, 'layout'>): Finding {
  if (!hasProgram(layout, 'ftp-node')) return elsewhere('jail');
  if (process.geteuid?.() === 0)
    return ok('jail', 'root: the session servers are chrooted and run as their own user');
  return warn(
    'jail',
    'not root: the session servers see the whole file system, as far as this user may',
    'Start Consign as root (it gives that up where it can) before letting customers in.',
  );
}

/** Whether the clock can be right: not before this program was written, nor before what is in the state. */
export function checkClock({ layout }: Patient): Finding {
  const nowMs = Date.now();
  const newestMs = Math.max(
    ...[layout.endpointsFile, layout.versionFile].map(
      (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    ),
  );
  const detail = new Date(nowMs).toISOString();
  if (nowMs < earliestPlausibleMs || newestMs - nowMs > clockSkewWarnMs) {
    return fail(
      'clock',
      `${detail} is in the past`,
      'Set the clock (NTP): deliveries and certificates end by it.',
    );
  }
  return ok('clock', detail);
}
