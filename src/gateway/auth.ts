import { randomUUID, timingSafeEqual } from 'node:crypto';
import { errors, SignJWT, jwtVerify } from 'jose';
import { z } from 'zod';
import { hashOf, mayActAs, ROLES, type ApiKey, type Role } from '../common/api-keys.js';
import { WireError } from '../common/errors.js';

const ISSUER = 'undertone';

/** Who asks: everything that is done for them is done within their tenant. */
export interface Caller {
  readonly tenant: string;
  readonly role: Role;
  /** Which configured key it was, or asked for the token; never the key itself. */
  readonly keyId: string;
  /** Counts the sessions of one token; of a key used directly it is the key's. */
  readonly tokenId: string;
  /** When their token ends; a key does not. */
  readonly expiresAt?: Date;
}

export interface IssuedToken {
  readonly token: string;
  /** ISO 8601 */
  readonly expiresAt: string;
  readonly tenant: string;
  readonly role: Role;
}

/** Why somebody was not let in. */
export type LoginFailure = 'missing' | 'unknownKey' | 'forgedToken' | 'expiredToken' | 'replayedToken';

/** Not let in. The caller is told one and the same whatever was wrong; the ledger is told why. */
export class LoginError extends WireError {
  constructor(
    readonly failure: LoginFailure,
    message: string,
    param: string,
  ) {
    super('unauthorized', message, { param });
  }
}

const ClaimsSchema = z.object({
  jti: z.string(),
  sub: z.string(),
  exp: z.number(),
  tenant: z.string(),
  role: z.enum(ROLES),
  once: z.literal(true).optional(),
});

/** API keys and the short-lived HMAC tokens (JWT, HS256) that stand for them. */
export class Auth {
  private readonly secret: Uint8Array;
  /** Tokens for one connection that had theirs, until they expire (s since 1970). */
  private readonly spent = new Map<string, number>();

  constructor(
    private readonly keys: readonly ApiKey[],
    tokenSecret: string,
    private readonly ttlSeconds: number,
  ) {
    this.secret = new TextEncoder().encode(tokenSecret);
  }

  /** @throws LoginError */
  checkKey(key: string | undefined): Caller {
    const hash = hashOf(key ?? '');
    // Every key is compared, each in constant time: the answer's delay tells nothing.
    const [known] = this.keys.filter((one) => timingSafeEqual(one.hash, hash));
    if (!key || !known) {
      const failure = key ? 'unknownKey' : 'missing';
      throw new LoginError(failure, 'Send a valid API key in the header X-API-Key.', 'X-API-Key');
    }
    const { id, tenant, role } = known;
    return { tenant, role, keyId: id, tokenId: id };
  }

  /**
   * A token for a key. For a token there is none: one that leaked would never end, and have the sessions of many.
   * @throws WireError `forbidden` to whoever showed no key, and for a token that could do more than the caller may
   */
  async issue(caller: Caller, { role = caller.role, once = false } = {}): Promise<IssuedToken> {
    if (caller.expiresAt) {
      throw new WireError('forbidden', 'A token gives no other token: send the key in the header X-API-Key.', {
        param: 'Authorization',
      });
    }
    if (!mayActAs(caller.role, role)) {
      throw new WireError('forbidden', `This key has the role ${caller.role} and gives no token for more.`, {
        param: 'role',
      });
    }
    const { tenant, keyId } = caller;
    const expires = new Date(Date.now() + this.ttlSeconds * 1_000);
    const token = await new SignJWT({ tenant, role, ...(once ? { once } : {}) })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(keyId)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(this.secret);
    return { token, expiresAt: expires.toISOString(), tenant, role };
  }

  /** A token on a socket; one that is for one connection is spent by it. @throws LoginError */
  async checkToken(token: unknown): Promise<Caller> {
    const { once, jti, exp, ...caller } = await this.read(token, 'auth.token');
    if (once) this.spend(jti, exp);
    return { ...caller, expiresAt: new Date(exp * 1_000) };
  }

  /** A token on a REST request. @throws LoginError */
  async checkBearer(token: string): Promise<Caller> {
    const { once, jti: _jti, exp, ...caller } = await this.read(token, 'Authorization');
    if (once)
      throw new LoginError('replayedToken', 'This token opens one connection and nothing else.', 'Authorization');
    return { ...caller, expiresAt: new Date(exp * 1_000) };
  }

  private async read(token: unknown, param: string): Promise<Caller & { once: boolean; jti: string; exp: number }> {
    const no = (failure: LoginFailure): LoginError =>
      new LoginError(
        failure,
        'Get a token from POST /v1/tokens and send it as auth.token, or as Authorization: Bearer.',
        param,
      );
    if (typeof token !== 'string' || token === '') throw no('missing');
    try {
      const { payload } = await jwtVerify(token, this.secret, { issuer: ISSUER, algorithms: ['HS256'] });
      const { jti, sub, exp, tenant, role, once = false } = ClaimsSchema.parse(payload);
      // A key that was taken out of the configuration, or may do less now, takes its tokens with it.
      const key = this.keys.find(({ id }) => id === sub);
      if (key?.tenant !== tenant || !mayActAs(key.role, role)) throw no('unknownKey');
      return { tenant, role, keyId: sub, tokenId: jti, once, jti, exp };
    } catch (error) {
      if (error instanceof LoginError) throw error;
      throw no(error instanceof errors.JWTExpired ? 'expiredToken' : 'forgedToken');
    }
  }

  private spend(jti: string, exp: number): void {
    const now = Date.now() / 1_000;
    for (const [id, until] of this.spent) if (until < now) this.spent.delete(id);
    if (this.spent.has(jti)) {
      throw new LoginError(
        'replayedToken',
        'This token was for one connection, and had it; get another.',
        'auth.token',
      );
    }
    this.spent.set(jti, exp);
  }
}
