// What a person types on a machine to enrol it, as the command line, the console and the portal show it, and the digest in it, by which
// the agent knows the roots that it is to trust first. Callers: internal-db, web-front, bin and the agent.
import { createHash } from 'node:crypto';

/** The SHA-256 of two roots' exact texts, the director's first; hexadecimal. */
export function rootsDigest(roots: { readonly directorRoot: string; readonly packagesRoot: string }): string {
  const digests = [roots.directorRoot, roots.packagesRoot].map((root) =>
    createHash('sha256').update(root).digest(),
  );
  return createHash('sha256').update(Buffer.concat(digests)).digest('hex');
}

/** The whole line. Null: it is not known here. `authorityFile`: where the portal's certificate is of an authority of our own. */
export function enrolCommand({
  code,
  centre,
  roots,
  authorityFile,
}: {
  readonly code: string;
  readonly centre: string | null;
  readonly roots: string | null;
  readonly authorityFile: string | null;
}): string {
  return [
    `consign-agent enroll ${code} --centre ${centre ?? 'https://YOUR-PORTAL'}`,
    ...(roots === null ? [] : [`--roots ${roots}`]),
    ...(authorityFile === null ? [] : [`--ca ${authorityFile}`]),
  ].join(' ');
}
