const change = ['<!-- for each change -->', '<!-- end of change -->'] as const;
const told = ['<!-- where changes are told -->', '<!-- end -->'] as const;
/** CSeq of the first change: 1 is the INVITE's. */
const firstNumber = 2;

/** A scenario with its part for each change so many times, NUMBER counted, with or without what is for systems that tell changes. */
export function unroll(
  scenario: string,
  options: { readonly times: number; readonly told: boolean },
): string {
  const asked = replaceBetween(scenario, told, part => (options.told ? part : ''));
  return replaceBetween(asked, change, part =>
    Array.from({ length: options.times }, (_, at) =>
      part.replaceAll('NUMBER', String(firstNumber + at)),
    ).join(''),
  );
}

function replaceBetween(
  text: string,
  [begin, end]: readonly [string, string],
  by: (part: string) => string,
): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return text;
  return text.slice(0, from) + by(text.slice(from + begin.length, to)) + text.slice(to + end.length);
}
