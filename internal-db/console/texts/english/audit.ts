// The audit log. English.

/** The texts. */
export const auditTexts = {
  title: 'Audit log',
  lead: 'Everything that was decided or changed, by whom and why. It only grows, and each entry seals the one before it.',
  filter: {
    actor: 'Who',
    actorHint: 'Like staff:ann',
    action: 'What',
    actionHint: 'Like entitlement.grant',
    subject: 'On what',
    subjectHint: 'Its first word, like an account’s name',
    from: 'From',
    to: 'To, that day included',
    toField: 'To',
    show: 'Show',
    reversed: 'The last day is before the first one.',
  },
  entries: 'Entries',
  list: {
    caption: 'Entries, the newest first',
    number: 'No.',
    when: 'When',
    what: 'What and who',
    subject: 'On what',
    detail: 'Detail',
    empty: 'No entry fits.',
    pages: 'Pages of the log',
    newest: 'Newest entries',
    older: 'Older entries',
  },
  take: {
    heading: 'Take it away',
    what: 'The entries that the filter above lets through, the newest first, as a file.',
    csv: 'CSV',
    jsonLines: 'JSON lines',
  },
  verify: {
    heading: 'Verify it',
    what: 'Computes every seal anew. It takes some seconds for each million entries.',
    button: 'Verify the whole chain',
  },
};
