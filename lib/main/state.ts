import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Shelf } from '../ports.ts';
import { StateFile } from '../store/state-file.ts';
import type { Started } from './started.ts';

/** Gives out shelves for what survives a restart; closed after everything that puts things there. */
export async function startState(
  config: Config,
  log: Logger,
  started: Started,
  metrics: Metrics,
): Promise<(shelf: string) => Shelf> {
  const { directory } = config.state;
  if (directory === 'off') return () => nothingSurvives;
  const folder = join(directory, config.node);
  const file = await StateFile.open({
    folder,
    nowMs: Date.now,
    onTrouble: (code, reason) => {
      metrics.state.isKept(false);
      log.warn({ code, folder, reason }, 'state is not kept');
    },
    onGood: () => {
      metrics.state.isKept(true);
      log.info({ folder }, 'state is kept again');
    },
    onBroken: (lines, copy) => {
      log.error({ code: 'state-broken', lines, copy }, 'state could not be read');
    },
  });
  started.add(() => file.close());
  return shelf => file.shelf(shelf);
}

const nothingSurvives: Shelf = { entries: () => [], put: () => undefined };
