// What the script of the upload page says: beside it, and not in texts/, because the browser loads it. English.

/** The words. */
export const uploadWords = {
  waiting: 'Waiting',
  paused: 'Paused',
  pause: 'Pause',
  resume: 'Resume',
  buttonOf: (verb: string, file: string) => `${verb} ${file}`,
  progressOf: (file: string) => `Progress of ${file}`,
  sent: (sent: string, whole: string) => `${sent} of ${whole}`,
  done: (digest: string) => `Uploaded. SHA-256 ${digest}`,
  connectionLost: 'The connection is lost. It goes on by itself.',
  allDone: (count: number) => (count === 1 ? '1 file is uploaded. ' : `${count} files are uploaded. `),
  lookAtDraft: (version: string) => `Look at the draft ${version}`,
  unreadable: 'The file can no longer be read. Choose it again.',
  sessionEnded:
    'Your session has ended. Sign in in another tab, load this page again and choose the file again.',
  refused: (status: number) => `The console refused it (${status}).`,
};
