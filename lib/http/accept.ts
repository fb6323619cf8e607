/**
 * How much a client wants a media type (RFC 9110 §12.5.1): 0 not at all, 1 most. Of the ranges that fit it the most special counts, so
 * that one with q=0 is an exception from a wider one. Parameters other than q narrow nothing here; without Accept anything will do.
 */
export function qualityOf(mediaType: string, accept: string | undefined): number {
  if (accept === undefined || accept.trim() === '') return 1;
  // From special to general.
  const ranges = [mediaType, `${mediaType.slice(0, mediaType.indexOf('/'))}/*`, '*/*'];
  let quality = 0;
  let best = ranges.length;
  for (const given of accept.split(',')) {
    const [range = '', ...parameters] = given.split(';').map(part => part.trim().toLowerCase());
    const rank = ranges.indexOf(range);
    if (rank < 0 || rank > best) continue;
    // One range given twice: the better of the two, as either may be meant.
    quality = rank < best ? weightOf(parameters) : Math.max(quality, weightOf(parameters));
    best = rank;
  }
  return quality;
}

/** RFC 9110 §12.4.2: 1 without q. One that is no number is as if it were not there. */
function weightOf(parameters: readonly string[]): number {
  const text = parameters.find(parameter => parameter.startsWith('q='))?.slice(2);
  return text !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 1;
}
