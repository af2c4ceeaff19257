// In which order a visitor is shown a release's files: those for the machine that the page is read on first, then by the
// product's own order of platforms. What the browser says of its machine decides nothing but this. Called by the pages.
import type { IncomingHttpHeaders } from 'node:http';
import type { CatalogFile } from '#commlink/methods/fields.ts';

/** Kinds of machines that a browser tells of. */
export type Family = 'windows' | 'macos' | 'linux' | 'android' | 'ios';

/** Files of one platform. */
export interface PlatformFiles {
  /** As it was published; null for files that are for all, or that say nothing. */
  readonly platform: string | null;
  /** Whether it is the visitor's own. */
  readonly isOwn: boolean;
  readonly files: readonly CatalogFile[];
}

const platformFamilies: readonly (readonly [RegExp, Family])[] = [
  [/^(?:win|windows)/i, 'windows'],
  [/^(?:mac|darwin|osx|apple)/i, 'macos'],
  [/^android/i, 'android'],
  [/^(?:ios|ipad|iphone)/i, 'ios'],
  [/^(?:linux|debian|ubuntu|rhel|centos|fedora|suse|alpine)/i, 'linux'],
];
/** In this order, as Android's text says Linux too, and that of an iPhone Mac OS X. */
const agentFamilies: readonly (readonly [RegExp, Family])[] = [
  [/Android/, 'android'],
  [/iPhone|iPad/, 'ios'],
  [/Windows/, 'windows'],
  [/Macintosh|Mac OS X/, 'macos'],
  [/Linux|X11/, 'linux'],
];

/** What machine a request comes from (UA Client Hints, else the User-Agent); null when it does not say. */
export function visitorFamily(headers: IncomingHttpHeaders): Family | null {
  const hint = headers['sec-ch-ua-platform'];
  const told = typeof hint === 'string' ? familyOf(hint.replaceAll('"', '')) : null;
  return told ?? matchFamily(agentFamilies, headers['user-agent'] ?? '');
}

/** The kind of machine that a platform's name stands for. */
function familyOf(platform: string): Family | null {
  return matchFamily(platformFamilies, platform);
}

/** Groups by platform, the visitor's first; within a group the files stay in their order. */
export function orderFiles(
  files: readonly CatalogFile[],
  order: { readonly visitor: Family | null; readonly platformOrder: readonly string[] },
): PlatformFiles[] {
  const { visitor, platformOrder } = order;
  const rank = (platform: string | null) => {
    const index = platform === null ? -1 : platformOrder.indexOf(platform);
    return index === -1 ? platformOrder.length : index;
  };
  const groups = [...Map.groupBy(files, (file) => file.platform)].map(([platform, own]) => ({
    platform,
    isOwn: platform !== null && visitor !== null && familyOf(platform) === visitor,
    files: own,
  }));
  return groups.toSorted(
    (a, b) =>
      Number(b.isOwn) - Number(a.isOwn) ||
      rank(a.platform) - rank(b.platform) ||
      (a.platform ?? '').localeCompare(b.platform ?? ''),
  );
}

function matchFamily(table: readonly (readonly [RegExp, Family])[], text: string): Family | null {
  return table.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
