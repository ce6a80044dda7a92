import { InvalidArgumentError } from 'commander';

/** A whole number from `least` up. */
export function countOf(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`give a whole number from ${least}`);
    return value;
  };
}

/** A share in [0, 1). */
export function shareOf(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('give a number from 0 to less than 1');
  return value;
}

export function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((c) => c === text);
    if (choice === undefined) throw new InvalidArgumentError(`choose one of ${choices.join(', ')}`);
    return choice;
  };
}
