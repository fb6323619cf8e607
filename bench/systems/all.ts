import { batonOverDrachtio, batonSystem } from './baton.ts';
import { drachtioSystem } from './drachtio.ts';
import { kamailioSystem } from './kamailio.ts';
import { programOnPath } from './spawned.ts';
import type { MissingSystem, System } from './system.ts';

export const systemNames = ['engine', 'direct', 'server', 'kamailio', 'drachtio'] as const;
export type SystemName = (typeof systemNames)[number];

const kamailioMissing = 'kamailio is missing; run: sudo apt-get update && sudo apt-get install -y kamailio';
const drachtioMissing = 'no drachtio on PATH (https://github.com/drachtio/drachtio-server)';

/** Those of the names that this machine has, and what it lacks. */
export async function findSystems(
  names: readonly SystemName[],
): Promise<{ systems: System[]; missing: MissingSystem[] }> {
  const [kamailio, drachtio] = await Promise.all([programOnPath('kamailio'), programOnPath('drachtio')]);
  const found: Record<SystemName, System | string> = {
    engine: batonSystem('engine'),
    direct: batonSystem('direct'),
    server: drachtio === undefined ? drachtioMissing : batonOverDrachtio(drachtio),
    kamailio: kamailio === undefined ? kamailioMissing : kamailioSystem(kamailio),
    drachtio: drachtio === undefined ? drachtioMissing : drachtioSystem(drachtio),
  };
  const systems: System[] = [];
  const missing: MissingSystem[] = [];
  for (const name of names) {
    const system = found[name];
    if (typeof system === 'string') missing.push({ name, why: system });
    else systems.push(system);
  }
  return { systems, missing };
}
