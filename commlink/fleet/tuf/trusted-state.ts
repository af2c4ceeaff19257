// What an appliance trusts of the two repositories: the exact texts, as they were verified. The agent keeps each in a file of its
// own, replaced atomically; verify-bundle.ts makes the next state of it.

/** Of one repository. What has never been there, or was given up for a rotated key (5.3.11), is null. */
export interface TrustedRepository {
  readonly root: string;
  readonly timestamp: string | null;
  readonly snapshot: string | null;
  readonly targets: string | null;
}

/** Of both. */
export interface TrustedState {
  readonly director: TrustedRepository;
  readonly packages: TrustedRepository;
}

/** The state of an appliance that was enrolled just now, and of one that was wiped. */
export function firstTrustedState(roots: {
  readonly directorRoot: string;
  readonly packagesRoot: string;
}): TrustedState {
  const first = (root: string): TrustedRepository => ({
    root,
    timestamp: null,
    snapshot: null,
    targets: null,
  });
  return { director: first(roots.directorRoot), packages: first(roots.packagesRoot) };
}
