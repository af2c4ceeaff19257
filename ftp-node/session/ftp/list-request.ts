// The argument of LIST, NLST and STAT: flags of ls(1), which clients put in front of the path though no RFC knows them
// (defect 12 of ftp-srv: it takes `-al` for a path). A path that begins with a hyphen is written `./-x`. Callers: the
// listing commands.

/** What is to be listed, and how. */
export interface ListRequest {
  /** Null stands for the working directory. */
  readonly path: string | null;
  readonly form: 'long' | 'names';
  /** `-d`: a directory itself, and not what is in it. */
  readonly itself: boolean;
  /** `-R`: what is in the directories in it, too. */
  readonly recursive: boolean;
  /** `-F`, `-p`: a slash behind the names of directories. */
  readonly marked: boolean;
  /** `-t`: the newest first; `-S`: the largest first. Obeyed up to a number of entries (listing.ts). */
  readonly order: 'name' | 'time' | 'size';
  /** `-r` */
  readonly reversed: boolean;
}

/** Parses it. Flags that make no difference here (`-a`: there are no hidden files) are passed over. Never throws. */
export function parseListRequest(argument: string | null, usualForm: ListRequest['form']): ListRequest {
  const [leading = ''] = /^(?:-[A-Za-z0-9-]+(?: +|$))*/.exec(argument ?? '') ?? [];
  const flags = leading.replaceAll(/[ -]/g, '');
  const path = (argument ?? '').slice(leading.length);
  return {
    path: path === '' ? null : path,
    form: formOf(flags, usualForm),
    itself: flags.includes('d'),
    recursive: flags.includes('R') && !flags.includes('d'),
    marked: /[Fp]/.test(flags),
    order: orderOf(flags),
    reversed: flags.includes('r'),
  };
}

/** The last of the flags that choose a form counts, as with ls(1). */
function formOf(flags: string, usualForm: ListRequest['form']): ListRequest['form'] {
  const chosen = flags.replaceAll(/[^lnCx1]/g, '').at(-1);
  if (chosen === undefined) return usualForm;
  return chosen === 'l' || chosen === 'n' ? 'long' : 'names';
}

function orderOf(flags: string): ListRequest['order'] {
  const chosen = flags.replaceAll(/[^tS]/g, '').at(-1);
  if (chosen === undefined) return 'name';
  return chosen === 't' ? 'time' : 'size';
}
