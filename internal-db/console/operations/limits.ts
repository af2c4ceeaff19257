// The limits of the console's pages for operations.

/** Customers that a page of a release lists. */
export const customersPerPage = 50;
/** Characters that the form takes for a release's notes. */
export const notesCharactersMax = 65_536;
/** Entries on a page of the audit log. */
export const auditEntriesPerPage = 50;
/** Entries in one exported file; the next one goes on after its last. */
export const auditEntriesPerExport = 100_000;
/** Sessions that the page lists at each node; more are counted. */
export const sessionsShownPerNodeMax = 200;
/** Products whose storage is shown, the largest ones. */
export const storageProductsMax = 20;
/** Products, and nodes, that the statistics draw and list: those that sent the most. */
export const statisticsBarsMax = 10;
/** The same for the table beside it. */
export const statisticsRowsMax = 25;
