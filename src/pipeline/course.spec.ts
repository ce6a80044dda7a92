import type { Alert, TrajectoryPoint } from '../emotion/course.js';
import type { FusedEmotion } from '../emotion/fused.js';
import type { Emit } from '../emotion/line-events.js';
import type { Emotion } from '../emotion/scores.js';
import { parseDeclared } from '../common/declared.js';
import { AlertRulesSchema } from '../fusion/alert-rules.js';
import { UNCALIBRATED } from '../fusion/config.js';
import { fuse, NO_TEXT, NO_VOICE, peaked, textOf, voiceOf } from '../fusion/evidence.fixture.js';
import { messagesOf } from '../fusion/locales.js';
import { profileOf } from '../fusion/profile.js';
import { Course } from './course.js';
import { presetNames, readProfiles, readRules } from './house-rules.js';

const heard = (emotion: Emotion, p = 0.9): FusedEmotion =>
  fuse({ voice: voiceOf(peaked({ [emotion]: p })), text: NO_TEXT });
const UNREAD = fuse({ voice: NO_VOICE, text: NO_TEXT });

interface Followed {
  readonly course: Course;
  readonly alerts: Alert[];
  readonly points: (readonly TrajectoryPoint[])[];
  /** One utterance every ten seconds. */
  readonly say: (...results: FusedEmotion[]) => void;
}

function follow(rules: string, over: Partial<ConstructorParameters<typeof Course>[0]> = {}): Followed {
  const alerts: Alert[] = [];
  const points: (readonly TrajectoryPoint[])[] = [];
  const emit: Emit = (event, payload) => {
    if (event === 'alert') alerts.push(payload as Alert);
    if (event === 'session.trajectory') points.push((payload as { points: readonly TrajectoryPoint[] }).points);
  };
  const options = { limits: UNCALIBRATED.abstain, revisable: 16, messages: () => messagesOf('en'), ...over };
  const course = new Course(
    { rules: parseDeclared(`rules:\n${rules}`, AlertRulesSchema, 'x').rules, ...options },
    emit,
  );
  let count = 0;
  const say = (...results: FusedEmotion[]): void => {
    for (const result of results) {
      count += 1;
      course.take(`u${count}`, count * 10_000, result);
    }
  };
  return { course, alerts, points, say };
}
const briefly = (alerts: readonly Alert[]) => alerts.map(({ status, utteranceIds }) => [status, ...utteranceIds]);

const TWICE =
  '  - { name: angryTwice, when: { score: { angry: { atLeast: 0.6 } } }, utterances: 2, coolDown: 30, message: Hand over }';

describe('alerts', () => {
  it('[AL3] angry in two utterances running is told once, with its reason, and when it is over', () => {
    const { alerts, say } = follow(TWICE);
    say(heard('angry'), heard('neutral'), heard('angry', 0.72), heard('angry', 0.81), heard('angry'), heard('angry'));
    expect(alerts).toEqual([
      {
        alertId: 'angryTwice/u4',
        rule: 'angryTwice',
        status: 'raised',
        severity: 'warning',
        utteranceIds: ['u3', 'u4'],
        since: 30_000,
        reason: 'angry was at least 60% (72%, 81%) in 2 utterances running',
        message: 'Hand over',
      },
    ]);
    say(heard('neutral'));
    expect(briefly(alerts).at(-1)).toEqual(['cleared', 'u3', 'u4']);
  });

  it('[AL4] does not flicker: bounds are looser while it lasts, and it rests after it was raised', () => {
    const { alerts, say } = follow(TWICE.replace('coolDown: 30', 'coolDown: 100'));
    say(heard('angry'), heard('angry'), heard('angry', 0.55));
    expect(briefly(alerts)).toEqual([['raised', 'u1', 'u2']]);
    say(heard('neutral'), heard('angry'), heard('angry'), heard('angry'));
    expect(briefly(alerts).slice(1)).toEqual([['cleared', 'u1', 'u2']]);
    say(...new Array<FusedEmotion>(6).fill(heard('angry')));
    expect(briefly(alerts).slice(2)).toEqual([['raised', 'u11', 'u12']]);
  });

  it('[AL3] what could not be read neither meets a rule nor breaks a run', () => {
    const { alerts, say } = follow(TWICE);
    say(heard('angry'), UNREAD, heard('angry'));
    expect(briefly(alerts)).toEqual([['raised', 'u1', 'u3']]);
  });

  it('[AL5] is withdrawn where a revised result takes its ground away, and raised where one gives it', () => {
    const { course, alerts, say, points } = follow(TWICE);
    say(heard('angry'), heard('angry'), heard('neutral'));
    course.take('u1', 10_000, heard('happy'));
    expect(briefly(alerts)).toEqual([
      ['raised', 'u1', 'u2'],
      ['cleared', 'u1', 'u2'],
      ['withdrawn', 'u1', 'u2'],
    ]);
    expect(points.at(-1)?.map(({ utteranceId }) => utteranceId)).toEqual(['u1', 'u2', 'u3']);
    course.take('u3', 30_000, heard('angry'));
    expect(briefly(alerts).at(-1)).toEqual(['raised', 'u2', 'u3']);
  });

  it('[OT6] revising gives what the revised results would have given from the start', () => {
    const [revised, straight] = [follow(TWICE), follow(TWICE)];
    const results = (['neutral', 'angry', 'sad', 'happy', 'angry', 'neutral'] as const).map((e) => heard(e));
    revised.say(...results);
    revised.course.take('u3', 30_000, heard('angry'));
    straight.say(...results.map((one, i) => (i === 2 ? heard('angry') : one)));
    expect(revised.points.at(-1)?.at(-1)).toEqual(straight.points.at(-1)?.at(-1));
    expect(briefly(revised.alerts)).toEqual(briefly(straight.alerts));
  });

  it('[OT6] remembers no more than what can still be revised', () => {
    const { course, points, say } = follow(TWICE, { revisable: 4 });
    say(...new Array<FusedEmotion>(200).fill(heard('angry')));
    expect(JSON.stringify(course).length).toBeLessThan(30_000);
    course.take('u198', 1_980_000, heard('happy'));
    expect(points.at(-1)?.map(({ utteranceId }) => utteranceId)).toEqual(['u198', 'u199', 'u200']);
  });

  it('[AL3] arousal falling for half a minute; voice and words that disagree on a sad answer', () => {
    const { alerts, say } = follow(
      '  - { name: fading, when: { arousal: { fallingFor: 30 } } }\n  - { name: hidden, when: { incongruence: true, label: sad } }',
    );
    say(heard('angry'), ...new Array<FusedEmotion>(4).fill(heard('sad')));
    expect(alerts.map(({ rule, reason }) => [rule, reason.replaceAll(/\d\.\d+/gu, '#')])).toEqual([
      ['fading', 'arousal fell for 30 s (# → −#)'],
    ]);
    say(
      fuse({
        voice: voiceOf(peaked({ sad: 0.97 })),
        text: textOf(peaked({ happy: 0.7 })),
      }),
    );
    expect(alerts.at(-1)).toMatchObject({ rule: 'hidden', reason: 'the answer was sad and voice and words disagreed' });
  });

  it('[AL2] rules may name the labels of the session’s profile', () => {
    const profile = profileOf('p', {
      labels: { fine: ['neutral', 'happy', 'surprised'], upset: ['angry', 'disgust'], low: ['sad', 'fearful'] },
    });
    const { alerts, say } = follow('  - { name: upset, when: { label: upset, score: { upset: { atLeast: 0.8 } } } }', {
      profile,
    });
    const torn = fuse({ voice: voiceOf(peaked({ angry: 0.45, disgust: 0.45 })), text: NO_TEXT });
    expect(torn.decision).toMatchObject({ label: null, abstainReason: 'ambiguous' });
    say(torn);
    expect(alerts[0]?.reason).toBe('the answer was upset and upset was at least 80% (90%)');
  });

  it('[AL3] speaks the language of the session', () => {
    const { alerts, say } = follow(TWICE, { messages: () => messagesOf('zh') });
    say(heard('angry', 0.72), heard('angry', 0.81));
    expect(alerts[0]?.reason).toBe('连续 2 段话：愤怒不低于 60%（72%，81%）');
  });
});

describe('what comes with the house', () => {
  it('[AL6] presets for call centre, driving, care and tutoring are valid, and every rule can be told', async () => {
    expect((await presetNames()).sort()).toEqual(['callCentre', 'care', 'driving', 'tutoring']);
    for (const preset of await presetNames())
      for (const rule of (await readRules(preset)).rules)
        for (const locale of ['en', 'zh'] as const) expect(messagesOf(locale).rule(rule, [])).toMatch(/\S{2}/);
  });

  it('[LB1] the shipped label profiles are valid', async () => {
    const profiles = await readProfiles('presets/labels.yaml');
    expect([...profiles.keys()]).toEqual(['service', 'valence']);
  });

  it('[AL1] a file that is not there says what may be given', async () => {
    await expect(readRules('nothing.yaml')).rejects.toThrow(
      /nothing\.yaml: not to be read; give a file, or one of .*care/,
    );
  });
});
