// The script of every page of the console. The pages work without it; it makes them quicker to use.
import { addCopyButtons } from '#commlink/pages/browser/copy-buttons.ts';
import { closeMenus } from '#commlink/pages/browser/menus.ts';
import { offerPasskeys } from '#commlink/pages/browser/passkeys.ts';
import { sendFormsOnce } from '#commlink/pages/browser/single-submit.ts';
import { sendFilesInPieces } from './upload-files.ts';
import { followLivePage } from './live-parts.ts';

followLivePage(document, addCopyButtons);
addCopyButtons(document);
sendFormsOnce(document);
offerPasskeys(document);
closeMenus(document);
sendFilesInPieces(document);
