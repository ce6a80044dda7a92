import type { z } from 'zod';
import { WireError } from '../common/errors.js';

/** Where the next page begins: a place, never a page number, so that what comes in meanwhile moves nothing. Opaque to clients. */
export function cursorOf(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws WireError `configInvalid` for a cursor that none of our answers gave */
export function placeOf<S extends z.ZodType>(schema: S, cursor: string): z.infer<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new WireError('configInvalid', 'Give the nextCursor of the page before, and the same order and filters.', {
      param: 'cursor',
    });
  }
}
