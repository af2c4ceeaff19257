// The script of every page. The pages work without it; it makes them quicker to use: copy buttons, live progress,
// times in the reader's zone, and no second delivery from a double click.
import { addCopyButtons } from '#commlink/pages/browser/copy-buttons.ts';
import { followDelivery } from './delivery-progress.ts';
import { offerPasskeys } from '#commlink/pages/browser/passkeys.ts';
import { localizeTimes } from '#commlink/pages/browser/local-times.ts';
import { closeMenus } from '#commlink/pages/browser/menus.ts';
import { sendFormsOnce } from '#commlink/pages/browser/single-submit.ts';

localizeTimes(document);
addCopyButtons(document);
sendFormsOnce(document);
offerPasskeys(document);
closeMenus(document);
const delivery = document.querySelector<HTMLElement>('[data-delivery]');
if (delivery) followDelivery(delivery);
