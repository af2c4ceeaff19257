// The media type of a released file, from its name: what a browser is told when it downloads it. Called by `consign publish` and by the console.

const ofEnding: readonly (readonly [ending: string, mediaType: string])[] = [
  ['.tar.gz', 'application/gzip'],
  ['.tgz', 'application/gzip'],
  ['.gz', 'application/gzip'],
  ['.zip', 'application/zip'],
  ['.xz', 'application/x-xz'],
  ['.zst', 'application/zstd'],
  ['.tar', 'application/x-tar'],
  ['.cpk', 'application/vnd.consign.package'],
  ['.deb', 'application/vnd.debian.binary-package'],
  ['.rpm', 'application/x-rpm'],
  ['.exe', 'application/vnd.microsoft.portable-executable'],
  ['.msi', 'application/x-msi'],
  ['.dmg', 'application/x-apple-diskimage'],
  ['.iso', 'application/vnd.efi.iso'],
  ['.jar', 'application/java-archive'],
  ['.pdf', 'application/pdf'],
  ['.json', 'application/json'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.md', 'text/markdown; charset=utf-8'],
  ['.sha256', 'text/plain; charset=utf-8'],
  ['.asc', 'application/pgp-signature'],
  ['.sig', 'application/pgp-signature'],
];

/** The media type for a file name; `application/octet-stream` when nothing is known. */
export function mediaTypeOf(name: string): string {
  const lower = name.toLowerCase();
  return ofEnding.find(([ending]) => lower.endsWith(ending))?.[1] ?? 'application/octet-stream';
}
