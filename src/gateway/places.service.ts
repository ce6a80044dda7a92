import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { CONFIG } from './config.token.js';

/** When a place may be free again, ms. */
const RETRY_MS = 10_000;
/** When the next server may be there, ms. */
const STOPPING_MS = 5_000;

/** Room for what is read at a time, a session or a file each: so much at this server, so much by one token (PR7). */
@Injectable()
export class Places implements OnModuleDestroy {
  private readonly perToken = new Map<string, number>();
  private taken = 0;
  private stopping = false;

  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'MAX_SESSIONS' | 'MAX_SESSIONS_PER_TOKEN'>) {}

  /** @returns what gives the place back, once. @throws WireError `overloaded`; `rateLimited` where the token has all it may have */
  take(tokenId: string): () => void {
    if (this.stopping) {
      throw new WireError('overloaded', 'The server is stopping; connect again soon.', { retryAfterMs: STOPPING_MS });
    }
    const retryAfterMs = RETRY_MS;
    if (this.taken >= this.config.MAX_SESSIONS) {
      throw new WireError('overloaded', 'The server has no room for another session or file.', { retryAfterMs });
    }
    const mine = this.perToken.get(tokenId) ?? 0;
    if (mine >= this.config.MAX_SESSIONS_PER_TOKEN) {
      throw new WireError('rateLimited', 'This token has all the sessions and files it may have; end one first.', {
        param: 'sessionsPerToken',
        retryAfterMs,
      });
    }
    this.taken += 1;
    this.perToken.set(tokenId, mine + 1);
    return () => {
      this.giveBack(tokenId);
    };
  }

  /** Nothing begins any more: Nest calls this before sessions drain. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  private giveBack(tokenId: string): void {
    this.taken -= 1;
    const left = (this.perToken.get(tokenId) ?? 1) - 1;
    if (left > 0) this.perToken.set(tokenId, left);
    else this.perToken.delete(tokenId);
  }
}
