import { DeclaredFileError, parseDeclared } from '../common/declared.js';
import { AlertRulesSchema, unknownLabels } from './alert-rules.js';

const faultsOf = (text: string): readonly string[] => {
  try {
    parseDeclared(text, AlertRulesSchema, 'rules.yaml');
    return [];
  } catch (error) {
    if (error instanceof DeclaredFileError) return error.faults;
    throw error;
  }
};
const rule = (fields: string): string => `rules:\n  - name: one\n    ${fields}\n`;

describe('a file of alert rules', () => {
  it('[AL1] is read with its defaults', () => {
    const { rules } = parseDeclared(rule('when: { score: { angry: { atLeast: 0.6 } } }'), AlertRulesSchema, 'x');
    expect(rules).toEqual([
      {
        name: 'one',
        when: { score: { angry: { atLeast: 0.6 } } },
        utterances: 1,
        severity: 'warning',
        coolDown: 60,
        hysteresis: 0.1,
      },
    ]);
  });

  it.each([
    [
      'when: { score: { angry: { atLeast: 1.6 } } }',
      'rules.yaml:3: rule one, when.score.angry.atLeast: 1.6 was given; a number from 0 to 1 is allowed',
    ],
    [
      'when: { label: sad }\n    utterances: 0',
      'rules.yaml:4: rule one, utterances: 0 was given; a whole number from 1 to 20 is allowed',
    ],
    ['when: {}', 'rules.yaml:3: rule one, when: {} was given; name at least one condition'],
    [
      'when: { valence: { by: 0.2 } }',
      'rules.yaml:3: rule one, when.valence: {"by":0.2} was given; give atLeast, atMost, risingFor or fallingFor',
    ],
    [
      'when: { phase: exploding }',
      'rules.yaml:3: rule one, when.phase: "exploding" was given; allowed are steady, escalating, recovering',
    ],
    [
      'when: { label: sad }\n    severity: panic',
      'rules.yaml:4: rule one, severity: "panic" was given; allowed are info, warning, critical',
    ],
    [
      'when: { label: sad }\n    cooldown: 5',
      'rules.yaml:2: rule one: {"name":"one","when":{"label":"sad"},"cooldown":5} was given; not known: cooldown; allowed are name, when, utterances, severity, coolDown, hysteresis, message',
    ],
    ['severity: info', 'rules.yaml:2: rule one, when: nothing was given'],
  ])('[AL1] refuses %j, naming line, rule, field, what was given and what is allowed', (fields, fault) => {
    expect(faultsOf(rule(fields)).join('\n')).toContain(fault);
  });

  it('[AL1] refuses what is not YAML, what is too large, an alias bomb, and two rules of one name', () => {
    expect(faultsOf('rules: [')[0]).toMatch(/^rules\.yaml:1: /);
    expect(faultsOf('#'.repeat(300_000))[0]).toContain('more than');
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${new Array(10).fill(`*${'abcdefg'[i]}`).join()}]`),
    ];
    expect(faultsOf(bomb.join('\n'))[0]).toMatch(/alias/i);
    const twice = '  - { name: one, when: { label: sad } }\n';
    expect(faultsOf(`rules:\n${twice}${twice}`)).toEqual([
      'rules.yaml:3: rule one, name: "one" was given; this name is taken by another rule',
    ]);
  });

  it('[AL2] names a label that is neither an emotion nor of the profile', () => {
    const rules = parseDeclared(rule('when: { score: { upset: { atLeast: 0.6 } } }'), AlertRulesSchema, 'x');
    expect(unknownLabels(rules)[0]).toMatch(/^rule one: "upset" was given; allowed are neutral, happy, /);
    expect(unknownLabels(rules, ['upset'])).toEqual([]);
  });
});
