export interface SearchOptions {
  /** Where the search begins. */
  readonly first: number;
  /** By which a rate is multiplied, or divided, until one is clean and another is not. */
  readonly growth: number;
  /** The search ends when the two are no further apart than this share. */
  readonly precision: number;
  /** No higher rate is tried. */
  readonly highest: number;
  /** Whether everything was right at this rate. */
  readonly isClean: (rate: number) => Promise<boolean>;
}

/** Below it nothing is looked for: 0 is the answer. */
const lowest = 10;

/** The highest rate that was clean: growing until one is not, then bisecting. Rates are multiples of 10. */
export async function highestCleanRate(options: SearchOptions): Promise<number> {
  const { first, growth, precision, isClean } = options;
  const highest = tens(options.highest);
  let clean = 0;
  let unclean = Number.POSITIVE_INFINITY;
  for (let rate = tens(Math.min(first, highest)); ; ) {
    if (await isClean(rate)) clean = rate;
    else unclean = rate;
    if (clean === highest || unclean <= lowest) return clean;
    if (clean > 0 && unclean < Number.POSITIVE_INFINITY) break;
    rate = clean > 0 ? Math.min(highest, tens(clean * growth)) : Math.max(lowest, tens(unclean / growth));
  }
  while (unclean - clean > Math.max(10, clean * precision)) {
    const rate = tens((clean + unclean) / 2);
    if (rate === clean || rate === unclean) break;
    if (await isClean(rate)) clean = rate;
    else unclean = rate;
  }
  return clean;
}

function tens(rate: number): number {
  return Math.round(rate / 10) * 10;
}
