import type { Scope } from '../../../lib/attached-data/entry.ts';
import type { Dn } from '../../../lib/call/ids.ts';
import type { Story } from './story.ts';

/** Carol, who is not on the call, sets each pair; null: deletes it. */
export function carolSets(
  story: Story,
  pairs: Readonly<Record<string, string | null>>,
  scope: Scope = 'call',
): void {
  for (const [key, value] of Object.entries(pairs)) {
    const operation =
      value === null
        ? ({ operation: 'delete', keys: [key] } as const)
        : ({ operation: 'update', entries: [{ key, type: 'string', value, scope }] } as const);
    story.feed({ type: 'dataRequested', operation, thirdPartyDn: 'carol' as Dn });
  }
}
