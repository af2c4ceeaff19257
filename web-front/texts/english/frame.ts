// What stands around every page of the portal: navigation, footer, language switch. English.

/** The texts. */
export const frameTexts = {
  skip: 'Skip to the content',
  navigation: 'Main',
  sections: {
    products: 'Products',
    deliveries: 'Deliveries',
    appliances: 'Appliances',
    licences: 'Licence agreements',
    'ssh-keys': 'SSH keys',
    tokens: 'Tokens',
    members: 'Members',
    account: 'Profile and password',
    security: 'Sign-in and security',
  },
  search: { label: 'Search products and files', placeholder: 'Search' },
  signOut: 'Sign out',
  digests: 'Every file has a SHA-256 digest: check it after the download.',
  api: 'API description',
  support: 'Support',
  language: 'Language',
};
/** The shape that every language's texts have. */
export type FrameTexts = typeof frameTexts;
