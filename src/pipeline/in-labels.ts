import type { Emit, LineEventName, LineEvents, ToldEvidence } from '../emotion/line-events.js';
import type { FusionConfig } from '../fusion/config.js';
import { mergedScores, viewOf, type LabelProfile } from '../fusion/profile.js';
import { ranked } from '../fusion/prediction-set.js';

type Told = { [E in LineEventName]: { readonly event: E; readonly payload: LineEvents[E] } }[LineEventName];

/**
 * Tells what the line tells in the labels of a profile. It stands between the line and the client: inside, and in what is
 * kept, the seven stay.
 */
export function inLabels(emit: Emit<string>, profile: LabelProfile, limits: FusionConfig['abstain']): Emit {
  return (event, payload) => {
    const told = { event, payload } as Told;
    switch (told.event) {
      case 'emotion.voice':
        emit(told.event, { ...told.payload, evidence: evidenceIn(told.payload.evidence, profile) });
        return;
      case 'emotion.further':
        emit(told.event, { ...told.payload, evidence: evidenceIn(told.payload.evidence, profile) });
        return;
      case 'emotion.text':
        emit(told.event, { ...told.payload, evidence: evidenceIn(told.payload.evidence, profile) });
        return;
      case 'fusion.result':
        emit(told.event, viewOf(told.payload, profile, limits));
        return;
      case 'fusion.revised':
        emit(told.event, viewOf(told.payload, profile, limits));
        return;
      case 'session.trajectory': {
        const points = told.payload.points.map((point) => ({ ...point, shares: mergedScores(point.shares, profile) }));
        emit(told.event, { points });
        return;
      }
      default:
        emit(event, payload as LineEvents<string>[typeof event]);
    }
  };
}

function evidenceIn(evidence: ToldEvidence, profile: LabelProfile): ToldEvidence<string> {
  if (evidence.status === 'unavailable') return evidence;
  const { perceived, cues, ...rest } = evidence;
  const scores = known(mergedScores(evidence.scores, profile));
  return {
    ...rest,
    scores,
    ...(perceived && { perceived: known(mergedScores(perceived, profile)) }),
    top: ranked(scores)[0] ?? profile.labelOf(evidence.top),
    cues: cues.map((cue) => ({ ...cue, toward: profile.labelOf(cue.toward) })),
  };
}

const known = (scores: Readonly<Partial<Record<string, number>>>): Record<string, number> =>
  scores as Record<string, number>;
