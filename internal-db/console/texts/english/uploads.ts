// The upload of a release’s files into a draft. English.
import { html, type HtmlValue } from '#commlink/pages/html.ts';

/** The texts of the upload. */
export const uploadTexts = {
  title: (product: string) => `Upload files for ${product}`,
  lead: 'They become a draft, which customers do not see before it is published.',
  files: 'Files',
  version: 'Version',
  versionHint: 'A semantic version: 2.4.0, 2.5.0-rc.1.',
  channel: 'Channel',
  platform: 'Platform',
  platformHint: 'What the files run on, for example linux-x64. Empty: any.',
  choose: 'Choose them, or drop them here.',
  chooseOne: 'Choose at least one file.',
  notBytes: 'That is no number of bytes.',
  mediaType: (type: string) => `Send a piece as ${type}.`,
  digest: 'Content-Digest: only sha-256 is known.',
  ends: 'ends: the digest of how the file begins and ends is missing.',
  button: 'Upload',
  list: 'Uploads',
  unfinished: {
    heading: 'Not finished',
    how: 'Choose the same file again, for the same version, to go on where it was broken off.',
    caption: 'Uploads that are not finished',
    file: 'File',
    version: 'Version',
    platform: 'Platform',
    begun: 'Begun',
    arrived: 'Has arrived',
    arrivedOf: (arrived: HtmlValue, whole: HtmlValue) => html`${arrived} of ${whole}`,
    remove: 'Remove',
    removeNamed: (file: string) => `Remove ${file}`,
    none: '–',
    anyPlatform: 'any',
    empty: 'None.',
  },
  command: {
    heading: 'By the command line',
    how: 'On the machine of internal-db. Sent again, it goes on where it was broken off.',
    what: 'command',
  },
};
