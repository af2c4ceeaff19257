// What happened to an appliance and what it says of itself, in words for staff: the console and the command line show the same ones.
// English. Callers: internal-db's console, and bin. What appliances say is data: whoever shows it makes it safe for where it is shown.

/** A line of an appliance's timeline, as it is stored; `detail` is JSON. */
export interface StoredEvent {
  readonly atMs: number;
  readonly kind: string;
  readonly detail: string;
}

/** The same in words. `output`: the end of what a program said, in lines; empty when it said nothing. */
export interface DescribedEvent {
  readonly title: string;
  readonly text: string;
  readonly output: string;
}

/** Members that the details of events have, each kind its own. */
interface EventDetail {
  readonly actor?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly codes?: readonly string[];
  readonly products?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly version?: string;
  readonly outcome?: string;
  readonly exitCode?: number | null;
  readonly output?: string;
  readonly sinceMs?: number;
}

const titles: Readonly<Record<string, string>> = {
  enrolled: 'Enrolled',
  keys_replaced: 'Got new keys',
  restarted: 'Was restarted',
  hardware_changed: 'Is on other hardware',
  problems: 'Reports problems',
  result: 'Installation',
  confirmed: 'Confirms what it has',
  missing: 'Has missed a beat',
  back: 'Is heard again',
  quarantined: 'Was put in quarantine',
  released: 'Was let out of quarantine',
  retired: 'Was retired',
  restore_asked: 'Is to be restored',
  restored: 'Is restored',
  more: 'More happened on this day than is kept',
};

const outcomes: Readonly<Record<string, string>> = {
  installed: 'installed',
  failed: 'failed',
  rolled_back: 'failed, and went back',
  refused: 'refused',
};

const reasons: Readonly<Record<string, string>> = { two_machines: 'two machines use its identity' };

const codes: Readonly<Record<string, string>> = {
  centre_unreachable: 'the centre could not be reached',
  centre_refused: 'the centre turned it away',
  centre_invalid: 'the answer was not the centre’s',
  bad_catalog: 'the catalog can’t be trusted',
  not_for_us: 'the catalog is another appliance’s',
  no_source: 'there was nowhere to fetch it from',
  source_failed: 'a source failed',
  disk_full: 'the disk is full',
  bad_package: 'the package is damaged',
  unmet_dependency: 'something that it needs is not installed',
  outside_window: 'waits for a maintenance window',
  bad_path: 'others could change the way to that place',
  not_permitted: 'the agent may not do that',
  not_allowed: 'the machine does not allow that file or command',
  bad_policy: 'the machine’s own list of allowed files is damaged or not safe',
  processes_left: 'a program left processes that would not end',
  given_up: 'tried too often',
  clock_wrong: 'its clock is wrong',
  state_damaged: 'what the agent keeps was damaged',
  power_lost: 'it was cut off in the middle',
};

const refusals: Readonly<Record<string, string>> = {
  malformed: 'no message of an appliance',
  unknown: 'nobody has that name',
  signature: 'not signed by its key',
  stale: 'older than what was heard',
  retired: 'it is retired',
  code: 'no code that is good',
  not_ready: 'the fleet is not set up',
  fault: 'a fault of the centre',
  full: 'its account has as many as it may',
};

const programs: Readonly<Record<string, string>> = {
  install: 'the install program',
  check: 'a check',
  reload: 'the reload command',
};
const ends: Readonly<Record<string, string>> = {
  exit_code: 'failed',
  stopped_timeout: 'took too long',
  stopped_memory: 'took too much memory',
  stopped_output: 'wrote too much',
  stopped_processes: 'started too many processes',
  stopped_shutdown: 'was stopped, since the machine went down',
};

/** A line of the timeline; a kind that is not known by its own name. Never throws for what internal-db has stored. */
export function describeEvent({ atMs, kind, detail }: StoredEvent): DescribedEvent {
  const read = JSON.parse(detail) as EventDetail;
  const title = wordOf(titles, kind) ?? kind.replaceAll('_', ' ');
  return { title, text: describeDetail(kind, read, atMs), output: read.output ?? '' };
}

/** How an installation ended; an outcome that is not known by its own name. */
export function describeOutcome(outcome: string): string {
  return wordOf(outcomes, outcome) ?? outcome;
}

/** What a code of a problem or result means; one that is not known by its own name. */
export function describeCode(code: string): string {
  const [, program = '', end = ''] = /^(install|check|reload)_(.+)$/.exec(code) ?? [];
  const [who, what] = [wordOf(programs, program), wordOf(ends, end)];
  return who !== undefined && what !== undefined
    ? `${who} ${what}`
    : (wordOf(codes, code) ?? code.replaceAll('_', ' '));
}

/** Why a message was turned away; a reason that is not known by its own name. */
export function describeRefusal(kind: string): string {
  return wordOf(refusals, kind) ?? kind.replaceAll('_', ' ');
}

/** Why an appliance stands as it does: a person's words, or one of ours. */
export function describeReason(reason: string): string {
  return wordOf(reasons, reason) ?? reason;
}

/** What a plug-in's data says, as names and values; as it is, where it is no object. */
export function describeData(data: string | null): string {
  if (data === null) return '';
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return data;
    return Object.entries(value)
      .map(([name, each]) => `${name}: ${typeof each === 'string' ? each : JSON.stringify(each)}`)
      .join(', ');
  } catch (error) {
    // Its author's, whose JSON may be none.
    if (error instanceof SyntaxError) return data;
    throw error;
  }
}

function describeDetail(kind: string, detail: EventDetail, atMs: number): string {
  switch (kind) {
    case 'enrolled':
    case 'keys_replaced':
      return detail.code === undefined ? '' : `with the code ${detail.code}`;
    case 'problems':
      return detail.codes?.length === 0 ? 'none any more' : (detail.codes ?? []).map(describeCode).join(', ');
    case 'result':
      return describeResult(detail);
    case 'confirmed':
      return describeProducts(detail.products ?? {});
    case 'back':
      return detail.sinceMs === undefined ? '' : `missing for ${describeSpan(atMs - detail.sinceMs)}`;
    default:
      return [detail.reason && describeReason(detail.reason), detail.actor && `by ${detail.actor}`]
        .filter((part) => part)
        .join(', ');
  }
}

function describeResult({ path = '', version = '', outcome = '', code = '', exitCode }: EventDetail): string {
  const name = path.startsWith('files/') ? path.slice('files/'.length) : `${path.split('/')[0]} ${version}`;
  const why = code === 'ok' || code === '' ? '' : `: ${describeCode(code)}`;
  const ended =
    exitCode === undefined || exitCode === null || exitCode === 0 ? '' : `, ${describeExit(exitCode)}`;
  return `${name} ${describeOutcome(outcome)}${why}${ended}`;
}

/** How a program ended: its exit code, or below zero the signal that ended it. */
export function describeExit(exitCode: number): string {
  return exitCode < 0 ? `signal ${-exitCode}` : `exit code ${exitCode}`;
}

function describeProducts(products: Readonly<Record<string, string>>): string {
  const listed = Object.entries(products).map(([product, version]) => `${product} ${version}`);
  return listed.length === 0 ? 'nothing' : listed.join(', ');
}

function describeSpan(spanMs: number): string {
  const minutes = Math.round(spanMs / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Its own words alone: an appliance may call something `constructor`. */
function wordOf(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
