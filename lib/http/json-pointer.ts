/** RFC 6901 §3: `~` and `/` within a step are written `~0` and `~1`. */
export function jsonPointer(...steps: readonly (string | number)[]): string {
  return steps.map(step => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
