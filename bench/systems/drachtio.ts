import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-ports.ts';
import { portTaken } from '../../support/sipp.ts';
import { Spawned } from './spawned.ts';
import { address, type Place, type RunningSystem, type System } from './system.ts';

const application = fileURLToPath(new URL('../peers/drachtio-b2bua.mjs', import.meta.url));
const secret = 'bench';

export interface ControlPort {
  readonly port: number;
  readonly secret: string;
}

export async function startDrachtioServer(
  program: string,
  { folder, sipPort }: Place,
): Promise<{ part: Spawned; control: ControlPort }> {
  await mkdir(folder, { recursive: true });
  const config = `${folder}/drachtio.conf.xml`;
  // Obligatory; the options below override what it says.
  await writeFile(config, '<drachtio><admin port="9022" secret="none">127.0.0.1</admin></drachtio>\n');
  const port = await freePort();
  const control = ['--address', address, '--port', String(port), '--secret', secret];
  const levels = ['--loglevel', 'notice', '--sofia-loglevel', '1'];
  const contact = `sip:${address}:${sipPort};transport=udp`;
  const part = new Spawned({
    name: 'drachtio-server',
    command: [program, '-f', config, '--contact', contact, ...control, ...levels],
    env: { PATH: process.env['PATH'] },
    logFile: `${folder}/drachtio.log`,
  });
  await part.waitFor(async () => portTaken(port, 1));
  await part.waitFor(async () => portTaken(sipPort, 1));
  return { part, control: { port, secret } };
}

/** A real drachtio-server with the smallest application that carries one header. */
export function drachtioSystem(program: string): System {
  return {
    name: 'drachtio',
    about: 'drachtio-server with the smallest drachtio-srf B2BUA',
    tellsChanges: false,
    start: async (place): Promise<RunningSystem> => {
      const { part: server, control } = await startDrachtioServer(program, place);
      const target = `sip:${address}:${place.targetPort}`;
      const inspectPort = await freePort();
      const app = new Spawned({
        name: 'application',
        inspectPort,
        command: [
          process.execPath,
          `--inspect-port=${inspectPort}`,
          ...[application, String(control.port), control.secret, target],
        ],
        logFile: `${place.folder}/application.log`,
      });
      await app.waitFor(log => log.includes('ready'));
      return { parts: [server, app] };
    },
  };
}
