// What stands around every page of the console, and the page that tells of a failure. English.

/** The texts. */
export const frameTexts = {
  siteName: 'Consign console',
  brand: { product: 'Consign', what: 'console' },
  skip: 'Skip to the content',
  navigation: 'Main',
  groups: {
    first: '',
    customers: 'Customers',
    software: 'Software',
    machines: 'Machines',
    oversight: 'Oversight',
  },
  /** By the address that the entry leads to. */
  sections: {
    '/': 'Overview',
    '/accounts': 'Customers',
    '/why': 'Why?',
    '/bulk': 'Many at once',
    '/products': 'Products',
    '/licences': 'Licence texts',
    '/statistics': 'Statistics',
    '/nodes': 'Nodes',
    '/sessions': 'Live sessions',
    '/bans': 'Bans',
    '/webhooks': 'Webhooks',
    '/approvals': 'Approvals',
    '/audit': 'Audit log',
    '/staff': 'Staff',
    '/security': 'Your sign-in',
    '/tokens': 'API tokens',
  },
  search: { form: 'Everything', label: 'Search', placeholder: 'Customer, person, product, file' },
  live: { refresh: 'Load again', tag: 'Live' },
  signOut: 'Sign out',
  times: 'All times are UTC.',
  failure: {
    title: 'That did not work',
    notUnderstood: 'The console does not understand this request.',
    unexpected: (incident: string) => `Something failed on our side. The log has it as incident ${incident}.`,
    noPage: 'There is no such page. Begin again at the overview.',
    noFile: 'There is no such file.',
    notLive: 'This page is not live.',
    tooManyLive: 'Too many live pages are open. Load this one again by hand.',
  },
};
