// The limits of forms that are kept because their session had ended.
import { bulkFormBytesMax } from '../../limits.ts';

/** How long a form is kept, from when it was sent. */
export const keptFormLifetimeMs = 30 * 60_000;
/** Characters of a form that is kept, its names and values: the largest form, a table of changes, fits. */
export const keptFormCharactersMax = bulkFormBytesMax;
/** Characters of all forms that are kept; beyond that the oldest are forgotten. */
export const keptFormsCharactersMax = 16 * bulkFormBytesMax;
/** Characters of a field that the page with such a form shows; the rest is sent unseen. */
export const keptFieldCharactersShownMax = 4000;
/** Forms of one member of staff; beyond that the oldest is forgotten. */
export const keptFormsPerStaffMax = 5;
/** Forms of all; beyond that the oldest is forgotten. */
export const keptFormsMax = 200;
/** How long a session that is over is remembered, to know whose form was sent with it. */
export const overStaffSessionKeptMs = 24 * 3_600_000;
