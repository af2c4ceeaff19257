// What the script of the upload page says: beside it, and not in texts/, because the browser loads it.

const english = {
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

const german: typeof english = {
  waiting: 'Wartet',
  paused: 'Angehalten',
  pause: 'Anhalten',
  resume: 'Fortsetzen',
  buttonOf: (verb, file) => `${file}: ${verb}`,
  progressOf: (file) => `Fortschritt von ${file}`,
  sent: (sent, whole) => `${sent} von ${whole}`,
  done: (digest) => `Hochgeladen. SHA-256 ${digest}`,
  connectionLost: 'Die Verbindung ist abgebrochen. Es geht von selbst weiter.',
  allDone: (count) => (count === 1 ? 'Eine Datei ist hochgeladen. ' : `${count} Dateien sind hochgeladen. `),
  lookAtDraft: (version) => `Den Entwurf ${version} ansehen`,
  unreadable: 'Die Datei ist nicht mehr lesbar. Wählen Sie sie noch einmal.',
  sessionEnded:
    'Ihre Sitzung ist zu Ende. Melden Sie sich in einem anderen Tab an, laden Sie diese Seite neu und wählen Sie die Datei noch einmal.',
  refused: (status) => `Die Konsole hat es abgelehnt (${status}).`,
};

/** The page's language. */
export const uploadLanguage = document.documentElement.lang === 'de' ? 'de' : 'en';

/** The words in that language. */
export const uploadWords = uploadLanguage === 'de' ? german : english;
