import { messageOf } from '../src/common/errors.js';
import { benchFeatures } from './features.js';
import { benchStreams } from './streams.js';

const HELP = `Usage: npm run -s bench -- <what> [options]

  streams    a real server and many real clients in real time: latency, loss, CPU and memory
  features   the feature extractor beside Meyda and librosa: CPU time per second of audio

Each tells its options with --help; what the numbers mean: bench/README.md`;

const BENCHES: Readonly<Record<string, (args: readonly string[]) => void | Promise<void>>> = {
  streams: benchStreams,
  features: benchFeatures,
};

async function main([what = '', ...args]: readonly string[]): Promise<void> {
  const bench = BENCHES[what];
  if (bench) await bench(args);
  else if (['--help', '-h', 'help'].includes(what)) console.log(HELP);
  else {
    console.error(HELP);
    process.exitCode = 2;
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`bench: ${messageOf(error)}`);
  process.exit(1);
});
