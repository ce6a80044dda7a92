import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { PROJECT_ROOT } from '../../src/common/config.js';

/** The commit that is checked out, with `-dirty` where files differ from it; `unknown` without git. */
export function commitOf(root = PROJECT_ROOT): string {
  try {
    const args = ['describe', '--always', '--dirty', '--exclude', '*'];
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

/** `2 × AMD EPYC, Node 20.20.2` */
export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
}

/** A command line as others can repeat it: the root is `DIR`, and of places of one machine, `/home/me/x` or `../x`, only the name is told. */
export function portableCommand(program: string, args: readonly string[]): string {
  const shown = args.map((arg, i) => {
    if (args[i - 1] === '--root') return 'DIR';
    if (arg.startsWith('--root=')) return '--root=DIR';
    const [, option = '', value = arg] = /^(--[\w-]+=)(.*)$/s.exec(arg) ?? [];
    return isAbsolute(value) || /^\.\.?[/\\]/.test(value) ? `${option}${basename(value)}` : arg;
  });
  return [program, ...shown].join(' ');
}

/** What a report says of how it was made. */
export interface Made {
  /** ISO 8601, UTC. */
  readonly date: string;
  /** The command line, folders left out. */
  readonly command: string;
  readonly seed: number;
  readonly commit: string;
  readonly machine: string;
}

/** @param program whose command line this process was started with */
export function madeNow(program: string, seed: number): Made {
  const command = portableCommand(program, process.argv.slice(2));
  return { date: new Date().toISOString(), command, seed, commit: commitOf(), machine: machine() };
}
