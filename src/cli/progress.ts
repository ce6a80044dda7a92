import { SingleBar } from 'cli-progress';

/** On stderr, and only where a person looks on. */
export function progressBar(format: string): SingleBar {
  return new SingleBar({ format, stream: process.stderr, clearOnComplete: true });
}
