import { EMOTIONS, type Emotion } from '../emotion/scores.js';
import { LEAST_SUBJECTS, type AggregateGroup, type Aggregates } from './records-api.js';

/** What stands of one person's utterances within one group: shares and means of that person alone. */
export interface SubjectShare {
  readonly key: string | null;
  readonly subject: string;
  readonly utterances: number;
  readonly labels: Readonly<Partial<Record<Emotion, number>>>;
  readonly abstained: number;
  readonly revoked: number;
  readonly incongruent: number;
  /** Of the alerts that were raised in their sessions and still stand. */
  readonly rules: readonly string[];
  /** Sum over the utterances with a label. */
  readonly valence: number;
  readonly arousal: number;
}

type Told = Pick<Aggregates, 'groups' | 'withheld'>;

/**
 * Each person counts once in a group, however much they spoke, so that no group is one talkative person. Groups of too few people
 * are withheld, and nothing of them is told, not even how few they are.
 */
export function aggregated(shares: readonly SubjectShare[]): Told {
  const groups = new Map<string | null, SubjectShare[]>();
  for (const share of shares) groups.set(share.key, [...(groups.get(share.key) ?? []), share]);
  const told: Told = { groups: [], withheld: [] };
  for (const [key, members] of [...groups].sort(([a], [b]) => (a ?? '~').localeCompare(b ?? '~'))) {
    if (members.length >= LEAST_SUBJECTS) told.groups.push(groupOf(key, members));
    else told.withheld.push({ key, reason: `fewer than ${LEAST_SUBJECTS} people` });
  }
  return told;
}

function groupOf(key: string | null, members: readonly SubjectShare[]): AggregateGroup {
  const share = (count: (one: SubjectShare) => number): number =>
    rounded(mean(members.map((one) => count(one) / one.utterances)));
  const labelled = members.flatMap((one) => {
    const total = Object.values(one.labels).reduce((sum, n) => sum + n, 0);
    return total > 0 ? [{ valence: one.valence / total, arousal: one.arousal / total }] : [];
  });
  // A mean over fewer people than the least would tell of them.
  const place = (axis: 'valence' | 'arousal'): number | null =>
    labelled.length >= LEAST_SUBJECTS ? rounded(mean(labelled.map((one) => one[axis]))) : null;
  const rules = [...new Set(members.flatMap((one) => one.rules))].sort();
  return {
    key,
    subjects: members.length,
    utterances: members.reduce((sum, one) => sum + one.utterances, 0),
    labels: Object.fromEntries(
      EMOTIONS.filter((e) => members.some((one) => one.labels[e])).map((e) => [e, share((one) => one.labels[e] ?? 0)]),
    ),
    abstained: share((one) => one.abstained),
    revoked: share((one) => one.revoked),
    incongruent: share((one) => one.incongruent),
    alerts: Object.fromEntries(
      rules.map((rule) => [rule, rounded(mean(members.map((one) => Number(one.rules.includes(rule)))))]),
    ),
    valence: place('valence'),
    arousal: place('arousal'),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
