import type { Bench } from './short-call.ts';
import type { System } from './systems/system.ts';
import { runTransfers } from './transfers.ts';

/** Blind transfers, with no other calls, through those systems that handle them by themselves. */
export async function playTransfers(
  { options, ledger, tell }: Bench,
  systems: readonly System[],
): Promise<void> {
  const perSecond = Math.max(1, Math.round(options.rate / 20));
  for (const { name } of systems) {
    if (name !== 'engine' && name !== 'direct') continue;
    const figures = await runTransfers({
      kind: 'blind',
      transfers: perSecond * options.seconds,
      perSecond,
      backgroundPerSecond: 0,
      signalling: name,
      settles: false,
    });
    const { failed, foreignCores, cpuSecondsPerThousandTransfers: value } = figures;
    const measure = 'CPU per 1,000 blind transfers';
    const disturbed = foreignCores > options.foreignCores;
    if (failed > 0 || disturbed) {
      const why = disturbed ? `others used ${foreignCores.toFixed(2)} processors` : `${failed} failed`;
      ledger.discard({ story: 'transfer', system: name, measure, why });
      tell(`transfer ${name}: run discarded, ${why} ${figures.complaints}`);
      continue;
    }
    ledger.add({ story: 'transfer', system: name, measure, unit: 's', at: perSecond }, value, foreignCores);
    tell(`transfer ${name}: ${value.toFixed(2)} s per 1,000 at ${perSecond}/s`);
  }
}
