import { z } from 'zod';
import { only } from '../common/declared.js';
import type { Phase } from '../emotion/course.js';
import type { IncongruenceType } from '../emotion/fused.js';
import { EMOTIONS } from '../emotion/scores.js';

const share = z
  .number('a number from 0 to 1 is allowed')
  .min(0, 'a number from 0 to 1 is allowed')
  .max(1, 'a number from 0 to 1 is allowed');
const axis = z
  .number('a number from −1 to 1 is allowed')
  .min(-1, 'a number from −1 to 1 is allowed')
  .max(1, 'a number from −1 to 1 is allowed');
const seconds = (most: number): z.ZodNumber => {
  const allowed = `a number of seconds up to ${most} is allowed`;
  return z.number(allowed).min(0, allowed).max(most, allowed);
};
const positive = z.number('a number above 0 is allowed').positive('a number above 0 is allowed');
const key = (what: string) =>
  z
    .string(`${what} as text is allowed`)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,63}$/u, `${what} of 1 to 64 letters and digits is allowed`);
const one = <T extends string>(values: readonly T[]) =>
  z.enum(values as [T, ...T[]], `allowed are ${values.join(', ')}`);

const INCONGRUENCE_TYPES = [
  'positiveWordsNegativeVoice',
  'neutralWordsNegativeVoice',
  'negativeWordsPositiveVoice',
  'neutralWordsPositiveVoice',
  'negativeWordsNeutralVoice',
  'positiveWordsNeutralVoice',
  'sameValence',
] as const satisfies readonly IncongruenceType[];
const PHASES = ['steady', 'escalating', 'recovering'] as const satisfies readonly Phase[];
const SEVERITIES = ['info', 'warning', 'critical'] as const;

const someBound = { error: 'give atLeast, atMost, or both' };
const ShareBoundSchema = only({ atLeast: share.optional(), atMost: share.optional() }).refine(
  (b) => b.atLeast !== undefined || b.atMost !== undefined,
  someBound,
);
const AxisSchema = only({
  atLeast: axis.optional(),
  atMost: axis.optional(),
  /** Seconds that it has risen or fallen without turning. */
  risingFor: seconds(3_600).optional(),
  fallingFor: seconds(3_600).optional(),
  /** By how much at least in that time. */
  by: z
    .number('a number from 0 to 2 is allowed')
    .min(0, 'a number from 0 to 2 is allowed')
    .max(2, 'a number from 0 to 2 is allowed')
    .optional(),
})
  .refine((a) => Object.keys(a).some((field) => field !== 'by'), {
    error: 'give atLeast, atMost, risingFor or fallingFor',
  })
  .refine((a) => a.risingFor === undefined || a.fallingFor === undefined, {
    error: 'give risingFor or fallingFor, not both',
  });

const WhenSchema = only({
  /** The decision is this label, or one of these. */
  label: z
    .union(
      [key('a label'), z.array(key('a label')).min(1, 'name at least one label')],
      'a label or a list of labels is allowed',
    )
    .optional(),
  /** Probabilities in the utterance itself. */
  score: z.record(z.string(), ShareBoundSchema, 'labels with atLeast or atMost are allowed').optional(),
  /** Voice and words disagree, in any way or in these. */
  incongruence: z
    .union(
      [z.literal(true), one(INCONGRUENCE_TYPES), z.array(one(INCONGRUENCE_TYPES)).min(1)],
      `true, or of ${INCONGRUENCE_TYPES.join(', ')}, is allowed`,
    )
    .optional(),
  /** Smoothed, like all that follows. */
  valence: AxisSchema.optional(),
  arousal: AxisSchema.optional(),
  phase: one(PHASES).optional(),
  volatility: only({ atLeast: positive }).optional(),
  /** Standard deviations from the subject's own baseline. */
  departure: only({ atLeast: positive }).optional(),
}).refine((when) => Object.keys(when).length > 0, { error: 'name at least one condition' });

const MessageSchema = z.union(
  [z.string().max(500), only({ en: z.string().max(500), zh: z.string().max(500).optional() })],
  'text, or text for en and zh, is allowed',
);

const RuleSchema = only({
  name: key('a name'),
  when: WhenSchema,
  /** In so many utterances running. */
  utterances: z
    .int('a whole number from 1 to 20 is allowed')
    .min(1, 'a whole number from 1 to 20 is allowed')
    .max(20, 'a whole number from 1 to 20 is allowed')
    .default(1),
  severity: one(SEVERITIES).default('warning'),
  /** Seconds after an alert in which it is not raised again. */
  coolDown: seconds(86_400).default(60),
  /** While an alert lasts, its bounds are this much looser, so that it does not flicker. */
  hysteresis: share.default(0.1),
  message: MessageSchema.optional(),
});

/** A file of alert rules (docs/alerts.md). */
export const AlertRulesSchema = only({
  name: key('a name').optional(),
  description: z.string().max(2_000).optional(),
  rules: z
    .array(RuleSchema, 'a list of rules is allowed')
    .min(1, 'give at least one rule')
    .max(100, 'at most 100 rules are allowed'),
}).superRefine(({ rules }, context) => {
  const seen = new Set<string>();
  for (const [i, { name }] of rules.entries()) {
    if (seen.has(name))
      context.addIssue({ code: 'custom', path: ['rules', i, 'name'], message: 'this name is taken by another rule' });
    seen.add(name);
  }
});

export type AlertRule = z.infer<typeof RuleSchema>;
export type AlertRules = z.infer<typeof AlertRulesSchema>;
export type Condition = AlertRule['when'];

/** The labels that a rule names. */
export function labelsOf({ when }: AlertRule): string[] {
  const named = when.label === undefined ? [] : typeof when.label === 'string' ? [when.label] : when.label;
  return [...named, ...Object.keys(when.score ?? {})];
}

/** Faults of rules that name a label which is neither an emotion nor of the profile. */
export function unknownLabels({ rules }: AlertRules, profileLabels: readonly string[] = []): string[] {
  const known = new Set<string>([...EMOTIONS, ...profileLabels]);
  return rules.flatMap((rule) =>
    labelsOf(rule)
      .filter((label) => !known.has(label))
      .map((label) => `rule ${rule.name}: "${label}" was given; allowed are ${[...known].join(', ')}`),
  );
}
