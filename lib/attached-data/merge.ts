import type { AttachedData, Operation } from './entry.ts';
import { isSamePair } from './same-key.ts';

/**
 * What the data of a call becomes when another is merged into it: its own, the other's, or both, and whose pairs count where
 * both have some of a key. T-Library's `merged-user-data`.
 */
export const mergeRules = ['main-only', 'merged-only', 'merged-over-main', 'main-over-merged'] as const;
export type MergeRule = (typeof mergeRules)[number];

/** The change of `main` that makes it so. */
export function mergeOperations(
  main: AttachedData,
  merged: AttachedData,
  rule: MergeRule,
): readonly Operation[] {
  switch (rule) {
    case 'main-only':
      return [];
    case 'merged-only':
      return [{ operation: 'delete-all' }, { operation: 'attach', entries: merged }];
    case 'merged-over-main': {
      const lost = main.filter(entry => merged.some(other => isSamePair(entry, other)));
      const cleared = lost.map(({ key, scope }): Operation => ({ operation: 'delete', keys: [key], scope }));
      return [...cleared, { operation: 'attach', entries: merged }];
    }
    case 'main-over-merged':
      return [
        {
          operation: 'attach',
          entries: merged.filter(entry => !main.some(other => isSamePair(other, entry))),
        },
      ];
    default:
      return rule satisfies never;
  }
}
