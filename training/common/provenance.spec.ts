import { portableCommand } from './provenance.js';

describe('portableCommand', () => {
  it('tells what was asked without telling whose folders', () => {
    const args = [
      'acoustic',
      '--manifest',
      '/home/me/held.csv',
      '--root',
      '/home/me/corpora',
      '--html=/home/me/r.html',
    ];
    expect(portableCommand('undertone evaluate', [...args, '--seed', '3'])).toBe(
      'undertone evaluate acoustic --manifest held.csv --root DIR --html=r.html --seed 3',
    );
    expect(portableCommand('u', ['--whisper', 'Xenova/whisper-base', '--tsv', '../data/x.tsv'])).toBe(
      'u --whisper Xenova/whisper-base --tsv x.tsv',
    );
    expect(portableCommand('u', ['--root=/x/y', '--model', 'acoustic/seven'])).toBe(
      'u --root=DIR --model acoustic/seven',
    );
  });
});
