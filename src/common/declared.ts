import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';

/** A file of settings that cannot be used: one line for each fault, saying where, what was given and what is allowed. */
export class DeclaredFileError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'DeclaredFileError';
  }
}

const MAX_CHARS = 262_144;
const MAX_FAULTS = 20;

/** An object that knows only these keys, and says which. */
export function only<S extends z.core.$ZodShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `not known: ${issue.keys.join(', ')}; allowed are ${known}`
        : `give ${known}`,
  });
}

/**
 * Reads YAML (or JSON, which is YAML) by a schema.
 * @param name what the text is called in faults: its file name
 * @throws DeclaredFileError
 */
export function parseDeclared<S extends z.ZodType>(text: string, schema: S, name: string): z.infer<S> {
  if (text.length > MAX_CHARS) throw new DeclaredFileError([`${name}: more than ${MAX_CHARS} characters`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new DeclaredFileError(
      document.errors.map(({ pos, message }) => {
        const [what = ''] = message.split(/ at line \d+/u);
        return `${name}:${lines.linePos(pos[0]).line}: ${what}`;
      }),
    );
  }
  const data = plain(document, name);
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new DeclaredFileError(
    parsed.error.issues.slice(0, MAX_FAULTS).map((issue) => {
      const line = lineOf(document, lines, issue.path);
      return `${name}${line === undefined ? '' : `:${line}`}: ${describe(issue, data)}`;
    }),
  );
}

/** Aliases of aliases can make a small file huge: the library refuses them. */
function plain(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw new DeclaredFileError([`${name}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

type Path = readonly PropertyKey[];

/** The line of the nearest node that exists. */
function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: readonly number[] } | undefined;
    if (node?.range?.[0] !== undefined) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

/** "rule angryTwice, when.score.angry.atLeast: 1.6 was given; allowed: a number from 0 to 1" */
function describe(issue: z.core.$ZodIssue, data: unknown): string {
  let value = data;
  const place: string[] = [];
  const within: string[] = [];
  for (const key of issue.path) {
    const list = Array.isArray(value);
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
    const called = list ? (value as { name?: unknown } | null | undefined)?.name : undefined;
    if (typeof called === 'string') within.push(`${singular(place.pop() ?? '')} ${called}`.trim());
    else place.push(String(key));
  }
  const where = [...within, place.join('.')].filter(Boolean).join(', ');
  const given = value === undefined ? 'nothing was given' : `${shown(value)} was given`;
  return `${where ? `${where}: ` : ''}${given}; ${issue.message}`;
}

const singular = (word: string): string => word.replace(/s$/u, '');

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
