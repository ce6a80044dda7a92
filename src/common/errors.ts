/** Every error that can cross the wire: what it means, whether trying again helps, and its HTTP status. */
export const ERRORS = {
  unauthorized: { status: 401, retryable: false, fatal: true, title: 'No valid credentials' },
  forbidden: { status: 403, retryable: false, fatal: false, title: 'Not allowed' },
  consentRequired: { status: 403, retryable: false, fatal: false, title: 'No consent for this processing' },
  contextProhibited: {
    status: 403,
    retryable: false,
    fatal: true,
    title: 'Emotion inference is prohibited in this context',
  },
  configInvalid: { status: 400, retryable: false, fatal: false, title: 'A field is missing or wrong' },
  configLocked: { status: 409, retryable: false, fatal: false, title: 'This can no longer be changed' },
  invalidAudioFrame: { status: 422, retryable: false, fatal: false, title: 'The audio cannot be read' },
  sequenceGap: { status: 409, retryable: false, fatal: false, title: 'A frame is missing or repeated' },
  messageTooLarge: { status: 413, retryable: false, fatal: false, title: 'Over the size limit' },
  rateLimited: { status: 429, retryable: true, fatal: false, title: 'Too fast' },
  overloaded: { status: 503, retryable: true, fatal: false, title: 'No capacity now' },
  sessionExpired: { status: 410, retryable: false, fatal: true, title: 'The session is over' },
  conflict: { status: 409, retryable: false, fatal: false, title: 'It is not as it was' },
  storageAway: { status: 503, retryable: true, fatal: false, title: 'What is stored cannot be reached now' },
  tampered: { status: 500, retryable: false, fatal: false, title: 'What was stored was changed from outside' },
  notFound: { status: 404, retryable: false, fatal: false, title: 'Not found' },
  internalError: { status: 500, retryable: true, fatal: false, title: 'A fault of the server' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** The field, parameter or frame that is at fault. Never its value when that is personal. */
  readonly param?: string;
  readonly retryAfterMs?: number;
}

/** An error that a client may see. The message says what to do and never carries the payload. */
export class WireError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'WireError';
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
