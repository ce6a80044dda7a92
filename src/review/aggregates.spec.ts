import { aggregated, type SubjectShare } from './aggregates.js';

const person = (subject: string, over: Partial<SubjectShare> = {}): SubjectShare => ({
  key: '2030-01-01',
  subject,
  utterances: 1,
  labels: { happy: 1 },
  abstained: 0,
  revoked: 0,
  incongruent: 0,
  rules: [],
  valence: 0.8,
  arousal: 0.5,
  ...over,
});
const people = (n: number, over: Partial<SubjectShare> = {}): SubjectShare[] =>
  Array.from({ length: n }, (_, i) => person(`s${i}`, over));

describe('aggregates', () => {
  it('[RV8] of four people are withheld and nothing of them is told; of five they are told', () => {
    expect(aggregated(people(4))).toEqual({
      groups: [],
      withheld: [{ key: '2030-01-01', reason: 'fewer than 5 people' }],
    });
    expect(aggregated(people(5))).toMatchObject({ groups: [{ subjects: 5, labels: { happy: 1 } }], withheld: [] });
  });

  it('[RV8] count each person once, however much they spoke', () => {
    const talkative = person('t', { utterances: 1_000, labels: { angry: 1_000 }, valence: -500, arousal: 600 });
    const [group] = aggregated([...people(4), talkative]).groups;
    expect(group).toMatchObject({ utterances: 1_004, labels: { happy: 0.8, angry: 0.2 }, valence: 0.54 });
  });

  it('[RV8] count an alert once for each person in whose sessions it was raised', () => {
    const alarmed = person('a', { utterances: 9, rules: ['escalation', 'masked'] });
    const [group] = aggregated([...people(4, { rules: ['masked'] }), alarmed]).groups;
    expect(group?.alerts).toEqual({ escalation: 0.2, masked: 1 });
  });

  it('[RV8] tell no mean that rests on too few labels', () => {
    const silent = person('q', { labels: {}, abstained: 1, valence: 0, arousal: 0 });
    const [group] = aggregated([...people(4), silent]).groups;
    expect(group).toMatchObject({ subjects: 5, abstained: 0.2, valence: null, arousal: null });
  });
});
