// The bytes of a reply: all its lines in one piece, so that they leave in one packet, and no line end but our own in
// any of them. Caller: control-connection.ts, in place of ftp-srv's reply(), which writes line by line and waits for
// each (the reason of its AUTH race, defect 1).
import { replyTexts, type ReplyLetter } from './ftp-srv-door.ts';

/** Forms the reply of RFC 959 section 4.2: `code-first`, lines between, `code last`. A missing text is the usual one. */
export function formatReply(code: number, letters: readonly ReplyLetter[]): string {
  const given = letters.length === 0 ? [undefined] : letters;
  const lines = given.map((letter, index) => {
    const text = sanitizeLine(textOf(letter) ?? replyTexts[code] ?? 'No information');
    if (typeof letter === 'object' && letter.raw === true) return text;
    return `${code}${index === given.length - 1 ? ' ' : '-'}${text}`;
  });
  return `${lines.join('\r\n')}\r\n`;
}

function textOf(letter: ReplyLetter): string | undefined {
  return typeof letter === 'object' ? String(letter.message) : letter;
}

/** A name may hold what ends a line, and a reply that is invented by a file's name is the oldest trick. */
function sanitizeLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this replaces
  return text.replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '?');
}
