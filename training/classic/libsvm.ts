import { createRequire } from 'node:module';

/** A trained two-class machine: f(x) = Σ coefficient · K(x, row of support) − rho; above 0 it says the class of sign 1. */
export interface Machine {
  /** Indices into the rows of the kernel. */
  readonly support: Uint32Array;
  readonly coefficients: Float64Array;
  readonly rho: number;
}

export interface TwoClasses {
  /** kernel[i][j] = K(row i, row j) */
  readonly kernel: readonly Float64Array[];
  /** To which of the two classes a row belongs. */
  readonly signs: readonly (1 | -1)[];
  /** What a row on the wrong side of its margin costs, by its sign. */
  readonly costs: Readonly<Record<1 | -1, number>>;
}

/** The part of libsvm-js (libsvm 3.22 in WebAssembly; Chang & Lin 2011) that is used. */
interface LibsvmMachine {
  train(samples: readonly Float64Array[], labels: readonly number[]): void;
  serializeModel(): string;
  free(): void;
}
type Libsvm = new (options: object) => LibsvmMachine;

const C_SVC = '0';
const PRECOMPUTED_KERNEL = '4';

let loaded: Promise<Libsvm> | null = null;

/**
 * Trains on the `members` among the rows with libsvm's solver. The kernel is handed over ready made, so that the folds share it:
 * libsvm's own walks sparse vectors anew in each, and a fold takes ten times as long. libsvm holds 16 bytes for each two members,
 * of at most 2 GiB (eleven thousand members).
 */
export async function solve({ kernel, signs, costs }: TwoClasses, members: readonly number[]): Promise<Machine> {
  const Svm = await (loaded ??= load());
  const machine = new Svm({
    type: C_SVC,
    kernel: PRECOMPUTED_KERNEL,
    cost: 1,
    weight: costs,
    cacheSize: 200,
    quiet: true,
  });
  try {
    machine.train(
      members.map((member, i) => rowOf(kernel[member] ?? new Float64Array(), members, i + 1)),
      members.map((member) => signs[member] ?? 1),
    );
    return parsed(machine.serializeModel(), members);
  } finally {
    machine.free();
  }
}

/** libsvm's precomputed row: a serial number, then the kernel with each member. */
function rowOf(values: Float64Array, members: readonly number[], serial: number): Float64Array {
  const row = new Float64Array(members.length + 1);
  row[0] = serial;
  for (let i = 0; i < members.length; i++) row[i + 1] = values[members[i] as number] as number;
  return row;
}

/** Reads libsvm's model file: `rho R`, and after `SV` one line `coefficient 0:serial` for each support vector. */
function parsed(model: string, members: readonly number[]): Machine {
  const [header = '', body = ''] = model.split('\nSV\n');
  const lines = body.trim().split('\n');
  return {
    support: Uint32Array.from(lines, (line) => members[parseInt(line.slice(line.indexOf(':') + 1), 10) - 1] ?? 0),
    coefficients: Float64Array.from(lines, (line) => parseFloat(line)),
    rho: parseFloat(/^rho (.+)$/m.exec(header)?.[1] ?? ''),
  };
}

/**
 * The package was built for browsers of 2018: in today's Node it would try to fetch its own file and complain on standard error,
 * and it ends the process, without a word, at any promise rejected anywhere. Neither is let happen.
 */
async function load(): Promise<Libsvm> {
  const { fetch } = globalThis;
  const listeners = process.listeners('unhandledRejection');
  try {
    Reflect.deleteProperty(globalThis, 'fetch');
    return await (createRequire(import.meta.url)('libsvm-js') as Promise<Libsvm>);
  } finally {
    globalThis.fetch = fetch;
    for (const listener of process.listeners('unhandledRejection'))
      if (!listeners.includes(listener)) process.removeListener('unhandledRejection', listener);
  }
}
