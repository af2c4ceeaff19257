// The progress bars of long work, on standard error and only for a person at a terminal. The one door to cli-progress.
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';
import { formatBytes, formatSpan, showable } from './text.ts';

/** One bar. */
export interface Progress {
  readonly advance: (bytes: number) => void;
}

/** The bars of one command. */
export interface ProgressBars {
  readonly add: (name: string, totalBytes: number) => Progress;
  /** Leaves the terminal as it should be; must be called. */
  readonly stop: () => void;
}

const silent: ProgressBars = { add: () => ({ advance: () => {} }), stop: () => {} };

/** Bars when standard error is a terminal, nothing otherwise. */
export function createProgressBars({ errors }: Terminal, options: { show: boolean }): ProgressBars {
  if (!errors.isTTY || !options.show) return silent;
  const bars = new MultiBar(
    {
      stream: errors,
      hideCursor: true,
      clearOnComplete: false,
      etaBuffer: 50,
      format: (_options, { value, total, eta }, payload: { name: string }) => {
        const share = total === 0 ? 1 : value / total;
        const filled = Math.round(share * 24);
        const bar = '█'.repeat(filled) + '░'.repeat(24 - filled);
        const left = share < 1 && Number.isFinite(eta) ? `, ${formatSpan(Number(eta) * 1000)} left` : '';
        return `${payload.name}  ${bar}  ${Math.floor(share * 100)}% of ${formatBytes(total)}${left}`;
      },
    },
    Presets.shades_classic,
  );
  return {
    add: (name, totalBytes) => {
      const bar: SingleBar = bars.create(totalBytes, 0, { name: showable(name) });
      return { advance: (bytes) => bar.increment(bytes) };
    },
    stop: () => bars.stop(),
  };
}

/** For one who knows places: a bar is told steps. */
export function stepsOf({ advance }: Progress): (offsetBytes: number) => void {
  let shownBytes = 0;
  return (offsetBytes) => {
    advance(offsetBytes - shownBytes);
    shownBytes = offsetBytes;
  };
}
