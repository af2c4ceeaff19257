// Colours that could not be read, and logos that are none. Caller: validate-configuration.ts.
import { contrastMin, contrastRatio, pageColours } from '../pages/contrast.ts';
import type { BrandingSettings } from '../settings/branding-settings.ts';
import { logoBytesMax } from '../settings/branding-settings.ts';
import type { ClusterConfiguration } from '../settings/cluster-configuration.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';

const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');

/** The problems of all nodes that have pages. */
export function findBrandingProblems({ nodes }: ClusterConfiguration): ConfigurationProblem[] {
  return Object.entries(nodes).flatMap(([name, entry]) => {
    if (entry.role === 'ftp-node') return [];
    const path = `/nodes/${name}/settings/branding`;
    const { accent, logo } = entry.settings.branding;
    return [...findColourProblems(accent, path), ...findLogoProblems(logo, path)];
  });
}

function findColourProblems(accent: BrandingSettings['accent'], path: string): ConfigurationProblem[] {
  return (['light', 'dark'] as const).flatMap((scheme) => {
    const worst = Math.min(...pageColours[scheme].map((colour) => contrastRatio(accent[scheme], colour)));
    if (worst >= contrastMin) return [];
    const wanted = scheme === 'light' ? 'darker' : 'lighter';
    const message = `${accent[scheme]} can't be read on ${scheme} pages: its contrast is ${worst.toFixed(1)}, and ${contrastMin} is needed. Choose a ${wanted} one.`;
    return [{ path: `${path}/accent/${scheme}`, message }];
  });
}

function findLogoProblems(logo: BrandingSettings['logo'], path: string): ConfigurationProblem[] {
  if (logo === null) return [];
  const content = Buffer.from(logo.base64, 'base64');
  const at = `${path}/logo/base64`;
  if (content.length > logoBytesMax) {
    return [{ path: at, message: `The logo has ${content.length} bytes; ${logoBytesMax} is the most.` }];
  }
  const isImage =
    logo.mediaType === 'image/png'
      ? content.subarray(0, pngSignature.length).equals(pngSignature)
      : /<svg[\s>]/.test(content.toString('utf8'));
  return isImage ? [] : [{ path: at, message: `The logo is no ${logo.mediaType}.` }];
}
