// What is refused about products, releases and uploads. English. Used by the services that refuse.

/** Each sentence by what is so. */
export const catalogRefusals = {
  noProduct: (name: string) => `There is no product ${name}.`,
  noRelease: (product: string, version: string) => `The product ${product} has no release ${version}.`,
  noFile: (product: string, version: string, file: string) =>
    `The release ${product} ${version} has no file ${file}.`,
  filesRemoved: (version: string) =>
    `The files of ${version} were removed. Publish them under a new version.`,
  otherChannel: (release: { product: string; version: string; channel: string }, wanted: string) =>
    `Release ${release.version} of ${release.product} is in the channel ${release.channel}, not ${wanted}.`,
  otherSize: (name: string, sizeBytes: number, knownBytes: number) =>
    `${name} has ${sizeBytes} bytes here; the file of that SHA-256 has ${knownBytes}.`,
  noVersion: (text: string) =>
    `${text} is not a semantic version. Give it as MAJOR.MINOR.PATCH, for example 2.4.0 or 2.5.0-rc.1.`,
  sameName: (name: string) => `Two files are called ${name}. Rename one of them.`,
  withdrawn: (version: string) => `Release ${version} is withdrawn. Publish under a new version.`,
  noDraft: (version: string, state: string) => `Release ${version} is ${state}. Upload under a new version.`,
  tooManyFiles: (max: number, count: number) => `A release has room for ${max} files, not for ${count}.`,
  fileExists: (where: string, name: string) =>
    `${where} has a file ${name} already, and published files never change. Publish under a new version.`,
  notArrived: (offsetBytes: number, sizeBytes: number) =>
    `${offsetBytes} of ${sizeBytes} bytes have arrived.`,
  notAsAnnounced: 'The file did not arrive as it was announced. Send it again.',
  notKept: 'The file is not kept here any more. Send it again.',
  beingRemoved: 'The same file is being removed just now. Finish again.',
  noRoomFor: (sizeBytes: number, room: number) =>
    `The file has ${sizeBytes} bytes, and there is room for ${room}. Free space on the database's disk.`,
  diskNearlyFull: "The database's disk is nearly full. Free space on it, then go on.",
  tooManyUploads: (count: number) => `${count} of your uploads are not finished. Finish or remove some.`,
  noUpload: 'There is no such upload. Begin it again.',
  draftInChannel: (version: string, channel: string) => `The draft ${version} is in the channel ${channel}.`,
  productTaken: (name: string) => `There is a product ${name} already.`,
};
