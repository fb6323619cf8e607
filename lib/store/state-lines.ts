/** A line of the file: this thing is on that shelf under that name; without a thing, nothing is any more. */
export interface StateLine {
  readonly shelf: string;
  readonly name: string;
  /** JSON; undefined: gone. */
  readonly json: string | undefined;
}

/** The pair of `parseStateLine`, with its line end. */
export function serializeStateLine({ shelf, name, json }: StateLine): string {
  const thing = json === undefined ? '' : `,"thing":${json}`;
  return `{"shelf":${JSON.stringify(shelf)},"name":${JSON.stringify(name)}${thing}}\n`;
}

/** Without its line end. Undefined for what nobody has written so. */
export function parseStateLine(text: string): StateLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<Record<'shelf' | 'name' | 'thing', unknown>> | null;
    const { shelf, name, thing } = line ?? {};
    if (typeof shelf !== 'string' || typeof name !== 'string') return undefined;
    return { shelf, name, json: thing === undefined ? undefined : JSON.stringify(thing) };
  } catch {
    return undefined;
  }
}
