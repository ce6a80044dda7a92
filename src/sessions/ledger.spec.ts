import { canonical, ChainWalk, GENESIS, link, type LedgerFault, type LedgerLink } from './ledger.js';

const at = (second: number): Date => new Date(Date.UTC(2030, 0, 1, 0, 0, second));

function chain(length: number): LedgerLink[] {
  const entries: LedgerLink[] = [];
  for (let i = 1; i <= length; i++) {
    const body = { sessionId: `s${i}`, label: i % 2 ? 'sad' : null, models: { voice: { name: 'm', sha256: 'ab' } } };
    entries.push(link(entries.at(-1) ?? GENESIS, { tenant: 'one', kind: 'label.made', body }, at(i)));
  }
  return entries;
}

function faultOf(entries: readonly LedgerLink[]): LedgerFault | undefined {
  const walk = new ChainWalk();
  for (const entry of entries) {
    const fault = walk.next(entry);
    if (fault) return fault;
  }
  return undefined;
}

describe('canonical', () => {
  it.each([
    [{ b: 1, a: [true, null, 'é"'] }, '{"a":[true,null,"é\\""],"b":1}'],
    [{ é: 1, z: 2, A: 3, ' ': 4 }, '{" ":4,"A":3,"z":2,"é":1}'],
    [[-0, 1e21, 0.1, 333333333.33333329], '[0,1e+21,0.1,333333333.3333333]'],
    [{ kept: null, left: undefined }, '{"kept":null}'],
  ])('[LG1] %j', (value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it('[LG1] is the same for the same content, however it is ordered', () => {
    expect(canonical({ a: { x: 1, y: 2 }, b: 3 })).toBe(canonical({ b: 3, a: { y: 2, x: 1 } }));
  });
});

describe('the chain', () => {
  it('[LG1] holds as it was made', () => {
    expect(faultOf(chain(20))).toBeUndefined();
  });

  it.each([
    [
      'changed',
      (e: LedgerLink[]) => e.with(4, { ...e[4]!, body: { ...e[4]!.body, label: 'happy' } }),
      5,
      'its content',
    ],
    ['changed in its tenant', (e: LedgerLink[]) => e.with(4, { ...e[4]!, tenant: 'two' }), 5, 'its content'],
    ['changed in its time', (e: LedgerLink[]) => e.with(4, { ...e[4]!, at: at(99) }), 5, 'its content'],
    ['deleted', (e: LedgerLink[]) => e.toSpliced(4, 1), 5, 'entry 5 is missing'],
    ['deleted at the beginning', (e: LedgerLink[]) => e.slice(2), 1, 'entries 1 to 2 are missing'],
    [
      'deleted, and the others renumbered',
      (e: LedgerLink[]) => e.toSpliced(4, 1).map((one, i) => ({ ...one, seq: i + 1 })),
      5,
      'it was not made after',
    ],
    ['swapped', (e: LedgerLink[]) => e.with(4, e[5]!).with(5, e[4]!), 5, 'entry 5 is missing'],
    ['repeated', (e: LedgerLink[]) => e.toSpliced(4, 0, e[3]!), 4, 'it does not follow'],
    [
      'made anew with a right hash of its own',
      (e: LedgerLink[]) => e.with(4, link(e[3]!, { ...e[4]!, body: { label: 'happy' } }, e[4]!.at)),
      6,
      'it was not made after',
    ],
  ])('[LG2] an entry that was %s is named', (_, tamper, seq, reason) => {
    expect(faultOf(tamper(chain(8)))).toEqual({ seq, reason: expect.stringContaining(reason) });
  });

  it('[LG3] a clock that jumps back turns no order round', () => {
    const first = link(GENESIS, { tenant: 'one', kind: 'label.made', body: {} }, at(10));
    const second = link(first, { tenant: 'one', kind: 'label.made', body: {} }, at(5));
    expect(second.at).toEqual(at(10));
    expect(faultOf([first, second])).toBeUndefined();
  });
});
