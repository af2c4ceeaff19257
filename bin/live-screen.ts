// A picture that is drawn anew in place, on a screen of its own, as top(1) does; what was on the terminal before is there
// again afterwards. Caller: commands that watch something, when standard output is a terminal.
import type { Terminal } from './terminal.ts';

// ECMA-48, and xterm's private modes 1049 (alternate screen) and 25 (cursor).
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const clearToLineEnd = '\u001b[K';
const clearBelow = '\u001b[J';
const usualRows = 24;
const usualColumns = 80;

/** The screen. `close` must be called. */
export interface LiveScreen {
  /** Shows the lines that there is room for. They hold no control characters. */
  draw(lines: readonly string[]): void;
  close(): void;
}

/** Opens it. */
export function openLiveScreen({ output }: Terminal): LiveScreen {
  output.write(enter);
  // However the process ends, the person gets the terminal back.
  const restore = (): void => void output.write(leave);
  process.once('exit', restore);
  return {
    draw: (lines) => {
      // A terminal that does not know its size says 0.
      const shown = lines.slice(0, (output.rows || usualRows) - 1);
      const cut = shown.map((line) => line.slice(0, output.columns || usualColumns));
      output.write(home + cut.map((line) => `${line}${clearToLineEnd}\n`).join('') + clearBelow);
    },
    close: () => {
      process.off('exit', restore);
      restore();
    },
  };
}
