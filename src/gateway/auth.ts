import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { SignJWT, jwtVerify } from 'jose';
import { WireError } from '../common/errors.js';

const ISSUER = 'undertone';

/** Who opened a connection: the token's id counts its sessions. */
export interface Caller {
  readonly tokenId: string;
  /** Which configured key asked for the token; never the key itself. */
  readonly keyId: string;
}

export interface IssuedToken {
  readonly token: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}

/** API keys and the short-lived HMAC tokens (JWT, HS256) that stand for them on a socket. */
export class Auth {
  private readonly secret: Uint8Array;
  private readonly keys: readonly Buffer[];

  constructor(
    apiKeys: readonly string[],
    tokenSecret: string,
    private readonly ttlSeconds: number,
  ) {
    this.secret = new TextEncoder().encode(tokenSecret);
    this.keys = apiKeys.map(digest);
  }

  /** @throws WireError `unauthorized` when the key is missing or unknown. */
  checkKey(key: string | undefined): Caller {
    const given = digest(key ?? '');
    const known = this.keys.find((one) => timingSafeEqual(one, given));
    if (!key || !known) {
      throw new WireError('unauthorized', 'Send a valid API key in the header X-API-Key.', { param: 'X-API-Key' });
    }
    const keyId = known.toString('hex').slice(0, 12);
    return { keyId, tokenId: keyId };
  }

  async issue(caller: Caller): Promise<IssuedToken> {
    const expires = new Date(Date.now() + this.ttlSeconds * 1_000);
    const token = await new SignJWT({ key: caller.keyId })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(this.secret);
    return { token, expiresAt: expires.toISOString() };
  }

  /** @throws WireError `unauthorized` for a token that is missing, forged or expired. */
  async checkToken(token: unknown): Promise<Caller> {
    try {
      if (typeof token !== 'string') throw new TypeError('no token');
      const { payload } = await jwtVerify(token, this.secret, { issuer: ISSUER, algorithms: ['HS256'] });
      return { tokenId: String(payload.jti), keyId: String(payload['key']) };
    } catch {
      throw new WireError('unauthorized', 'Get a token from POST /v1/tokens and send it as auth.token.', {
        param: 'auth.token',
      });
    }
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
