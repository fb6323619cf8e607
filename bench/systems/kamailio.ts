import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { portTaken } from '../../support/sipp.ts';
import { Spawned } from './spawned.ts';
import { address, type RunningSystem, type System } from './system.ts';

const config = fileURLToPath(new URL('../peers/kamailio.cfg', import.meta.url));
/** With 256 MB it stops at less than half the rate. */
const sharedMebibytes = '2048';
/** As much as Baton asks for; its own default is 256 KiB. */
const receiveBufferBytes = '4194304';

/** A stateful, record-routing proxy in C: it forwards, and keeps nothing of a call that stands. */
export function kamailioSystem(program: string): System {
  return {
    name: 'kamailio',
    about: 'Kamailio, a stateful record-routing proxy (no B2BUA)',
    tellsChanges: false,
    start: async ({ folder, sipPort, targetPort }): Promise<RunningSystem> => {
      await mkdir(folder, { recursive: true });
      const part = new Spawned({
        name: 'kamailio',
        command: [
          program,
          ...[
            '-DD',
            '-E',
            '-f',
            config,
            '-m',
            sharedMebibytes,
            '-b',
            receiveBufferBytes,
            '-Y',
            folder,
            '-w',
            folder,
          ],
          ...['-l', `udp:${address}:${sipPort}`, '-A', `TARGET="sip:${address}:${targetPort}"`],
        ],
        logFile: `${folder}/kamailio.log`,
      });
      await part.waitFor(async () => portTaken(sipPort, 1));
      return { parts: [part] };
    },
  };
}
