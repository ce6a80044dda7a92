/** The injection token of the validated configuration. */
export const CONFIG = Symbol('config');
