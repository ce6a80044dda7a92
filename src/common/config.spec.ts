import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './config.js';

describe('WHISPER_HEAD', () => {
  it('[WH5] is off by default, and needs a Whisper to hear through', () => {
    const { WHISPER_HEAD, WHISPER_HEAD_MODEL } = loadConfig({ WHISPER_MODEL: 'off' });
    expect([WHISPER_HEAD, WHISPER_HEAD_MODEL]).toEqual(['off', 'whisper-head/default']);
    expect(loadConfig({ WHISPER_HEAD: 'replace' }).WHISPER_HEAD).toBe('replace');
    expect(() => loadConfig({ WHISPER_HEAD: 'join', WHISPER_MODEL: 'off' })).toThrow(ConfigError);
    expect(() => loadConfig({ WHISPER_HEAD: 'both' })).toThrow(/WHISPER_HEAD: "both" was given/);
  });
});
