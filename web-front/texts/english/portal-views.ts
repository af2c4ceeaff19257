// Staff of the vendor who see the portal as a customer does: what stands above each page then, and what the customer reads
// of it. English.

/** The texts. */
export const portalViewsTexts = {
  banner: {
    what: 'You see this portal as the customer does.',
    limits: 'Nothing can be changed or downloaded.',
    end: 'End this view',
  },
  open: {
    title: 'See the portal as the customer',
    lead: 'For the vendor’s staff, with a link that the console has made.',
    replaces: 'It takes the place of a session that this browser may have here.',
    button: 'Begin',
    unusableTitle: 'This link does not work any more',
    unusableLead: 'It works once, for a minute. Make another one on the console.',
    signIn: 'Go to the sign-in',
  },
  told: {
    title: 'Seen by your vendor',
    lead: 'When somebody of the vendor’s support has looked at this portal as one of you does. They can change and download nothing.',
    table: 'Looks, newest first',
    columns: { when: 'When', as: 'As whom', reason: 'Reason' },
    empty: 'Nobody has.',
  },
};
/** The shape that every language's texts have. */
export type PortalViewsTexts = typeof portalViewsTexts;
