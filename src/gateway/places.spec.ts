import { Places } from './places.service.js';

const overloaded = expect.objectContaining({ code: 'overloaded', details: { retryAfterMs: expect.any(Number) } });

describe('places', () => {
  it('[PR7] are so many for one token, and as many again once they are given back', () => {
    const places = new Places({ MAX_SESSIONS: 10, MAX_SESSIONS_PER_TOKEN: 2 });
    const leave = places.take('a');
    places.take('a');
    const details = { param: 'sessionsPerToken', retryAfterMs: expect.any(Number) };
    expect(() => places.take('a')).toThrow(expect.objectContaining({ code: 'rateLimited', details }));
    places.take('b');
    leave();
    places.take('a');
    expect(() => places.take('a')).toThrow(expect.objectContaining({ code: 'rateLimited' }));
  });

  it('[PR7] are so many at the server, whoever asks', () => {
    const places = new Places({ MAX_SESSIONS: 2, MAX_SESSIONS_PER_TOKEN: 2 });
    const leave = places.take('a');
    places.take('b');
    expect(() => places.take('c')).toThrow(overloaded);
    leave();
    places.take('c');
  });

  it('[PR9] are none at a server that stops', () => {
    const places = new Places({ MAX_SESSIONS: 2, MAX_SESSIONS_PER_TOKEN: 2 });
    places.onModuleDestroy();
    expect(() => places.take('a')).toThrow(overloaded);
  });
});
