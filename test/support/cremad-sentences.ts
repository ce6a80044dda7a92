/** What the people of CREMA-D say, by the code in their clips' names (Cao et al. 2014). */
export const SENTENCES: Readonly<Record<string, string>> = {
  DFA: "Don't forget a jacket.",
  IEO: "It's eleven o'clock.",
  IOM: "I'm on my way to the meeting.",
  ITH: "I think I have a doctor's appointment.",
  ITS: "I think I've seen this before.",
  IWL: 'I would like a new alarm clock.',
  IWW: 'I wonder what this is about.',
  MTI: 'Maybe tomorrow it will be cold.',
  TAI: 'The airplane is almost full.',
  TIE: 'That is exactly what happened.',
  TSI: 'The surface is slick.',
  WSI: "We'll stop in a couple of minutes.",
};
