/** Which methods the paths have that routes were registered for: 405 and Allow follow from it. */
export class ServedPaths {
  /** Methods by pattern: `/v1/calls/:connId`. */
  readonly #methods = new Map<string, Set<string>>();

  get methodsByPattern(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#methods;
  }

  add(pattern: string, methods: string | readonly string[]): void {
    const known = this.#methods.get(pattern) ?? new Set();
    this.#methods.set(pattern, known);
    for (const method of [methods].flat()) known.add(method);
  }

  /** RFC 9110 §10.2.1: the value of Allow for a path; undefined when nothing is there. */
  allowFor(path: string): string | undefined {
    for (const [pattern, methods] of this.#methods)
      if (fits(path, pattern)) return [...methods].sort().join(', ');
    return undefined;
  }
}

function fits(path: string, pattern: string): boolean {
  if (!pattern.includes(':')) return path === pattern;
  const steps = path.split('/');
  const wanted = pattern.split('/');
  if (steps.length !== wanted.length) return false;
  return wanted.every((step, at) => (step.startsWith(':') ? steps[at] !== '' : step === steps[at]));
}
