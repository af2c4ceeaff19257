// The order of semantic versions as text: what an index can be read in, newest first, without reading all releases.
// Called by the engines. Same order as `compareVersionsNewestFirst` of decision/version-range.ts (semver.org 2.0.0,
// section 11, then build metadata), backwards; for what is no semantic version it is empty, which is before all others.
const versionPattern = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

/** Text that sorts, byte by byte, as the versions do. */
export function versionPrecedence(version: string): string {
  const parts = versionPattern.exec(version);
  if (!parts) return '';
  const [, major = '', minor = '', patch = '', preRelease, build] = parts;
  const core = [major, minor, patch].map(sortableNumber).join('');
  // A tilde is behind every character of a pre-release: those precede the release itself.
  const stage = preRelease === undefined ? '~' : sortableIdentifiers(preRelease);
  return core + stage + (build === undefined ? '' : `+${sortableIdentifiers(build)}`);
}

/** Each identifier ends with a comma, which is before all that identifiers are made of: a longer list is behind. */
function sortableIdentifiers(list: string): string {
  const sortable = (identifier: string) =>
    /^\d+$/.test(identifier) ? `0${sortableNumber(identifier)},` : `1${identifier},`;
  return list.split('.').map(sortable).join('');
}

/** How many digits there are comes first, so that 10 is behind 9. */
function sortableNumber(digits: string): string {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return String(significant.length).padStart(2, '0') + significant;
}
