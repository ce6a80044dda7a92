import { basename, extname } from 'node:path';
import type { Clip, Corpus, Dropped } from './clip.js';

/** Recordings that are known to be wrong, by base name without extension. They are left out of every training. */
const KNOWN_BAD: Readonly<Record<string, string>> = {
  '1076_MTI_SAD_XX': 'silent',
  '1006_TIE_HAP_XX': 'identical to 1006_TIE_NEU_XX under another label',
  '1006_TIE_NEU_XX': 'identical to 1006_TIE_HAP_XX under another label',
  '1013_WSI_DIS_XX': 'identical to 1013_WSI_SAD_XX under another label',
  '1013_WSI_SAD_XX': 'identical to 1013_WSI_DIS_XX under another label',
  '1017_IWW_ANG_XX': 'identical to 1017_IWW_FEA_XX under another label',
  '1017_IWW_FEA_XX': 'identical to 1017_IWW_ANG_XX under another label',
  '03-01-03-01-02-02-07': 'a duplicate of 03-01-03-01-02-01-07',
};

/** Leaves out what must not be trained on, and says so. */
export function withoutKnownBad({ clips, dropped, ...rest }: Corpus): Corpus {
  const kept: Clip[] = [];
  const bad: Dropped[] = [];
  for (const clip of clips) {
    const reason = KNOWN_BAD[basename(clip.path, extname(clip.path))];
    if (reason) bad.push({ path: clip.path, reason });
    else kept.push(clip);
  }
  return { ...rest, clips: kept, dropped: [...dropped, ...bad] };
}
