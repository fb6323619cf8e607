import type { Spawned } from './spawned.ts';

/** Where a system is put to work. */
export interface Place {
  /** Of its own, empty: its logs go there. */
  readonly folder: string;
  /** Where it takes SIP over UDP. */
  readonly sipPort: number;
  /** Where calls go. */
  readonly targetPort: number;
}

/** One that can be measured. */
export interface System {
  readonly name: string;
  /** What it is, for readers of the report. */
  readonly about: string;
  /** It tells both parties when attached data changes; others pass INFO on. */
  readonly tellsChanges: boolean;
  /** It is there to stand beside another one: its highest rates and its standing calls take too long to be measured too. */
  readonly isAside?: boolean;
  start(place: Place): Promise<RunningSystem>;
}

export interface RunningSystem {
  /** What was started for it, and all that these start, is what is measured. */
  readonly parts: readonly Spawned[];
  /** Baton's HTTP; others have none. */
  readonly httpUrl?: string;
}

/** What cannot be measured on this machine, and why. */
export interface MissingSystem {
  readonly name: string;
  readonly why: string;
}

export const address = '127.0.0.1';

export async function stopSystem({ parts }: RunningSystem): Promise<void> {
  await Promise.all(parts.map(async part => part.stop()));
}
