// Words for what happens to appliances and what they say of themselves. English.

type Words = Readonly<Record<string, string>>;

/** The words, by the names that appliances and internal-db use; of functions, the sentences around them. */
export interface ApplianceWords {
  readonly titles: Words;
  readonly outcomes: Words;
  readonly reasons: Words;
  readonly codes: Words;
  readonly refusals: Words;
  readonly programs: Words;
  readonly ends: Words;
  readonly withCode: (code: string) => string;
  readonly noneAnyMore: string;
  readonly missingFor: (span: string) => string;
  readonly by: (actor: string) => string;
  readonly nothing: string;
  readonly signal: (signal: number) => string;
  readonly exitCode: (exitCode: number) => string;
}

/** The words. */
export const englishWords: ApplianceWords = {
  titles: {
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
  },
  outcomes: {
    installed: 'installed',
    failed: 'failed',
    rolled_back: 'failed, and went back',
    refused: 'refused',
  },
  reasons: { two_machines: 'two machines use its identity' },
  codes: {
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
  },
  refusals: {
    malformed: 'no message of an appliance',
    unknown: 'nobody has that name',
    signature: 'not signed by its key',
    stale: 'older than what was heard',
    retired: 'it is retired',
    code: 'no code that is good',
    not_ready: 'the fleet is not set up',
    fault: 'a fault of the centre',
    full: 'its account has as many as it may',
  },
  programs: {
    install: 'the install program',
    check: 'a check',
    reload: 'the reload command',
  },
  ends: {
    exit_code: 'failed',
    stopped_timeout: 'took too long',
    stopped_memory: 'took too much memory',
    stopped_output: 'wrote too much',
    stopped_processes: 'started too many processes',
    stopped_shutdown: 'was stopped, since the machine went down',
  },
  withCode: (code) => `with the code ${code}`,
  noneAnyMore: 'none any more',
  missingFor: (span) => `missing for ${span}`,
  by: (actor) => `by ${actor}`,
  nothing: 'nothing',
  signal: (signal) => `signal ${signal}`,
  exitCode: (exitCode) => `exit code ${exitCode}`,
};
