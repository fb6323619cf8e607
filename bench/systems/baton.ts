import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-ports.ts';
import { startDrachtioServer } from './drachtio.ts';
import { Spawned } from './spawned.ts';
import { address, type Place, type RunningSystem, type System } from './system.ts';

const builtBaton = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url));

/** Default configuration, log level info; nothing of the caller's environment that would change it. */
async function startBaton(
  { folder, sipPort, targetPort }: Place,
  signalling: string,
): Promise<{ part: Spawned; httpUrl: string }> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('BATON_') && name !== 'NODE_OPTIONS',
  );
  const httpPort = await freePort();
  const inspectPort = await freePort();
  const part = new Spawned({
    name: 'baton',
    inspectPort,
    command: [process.execPath, `--inspect-port=${inspectPort}`, '--enable-source-maps', builtBaton, 'serve'],
    env: {
      ...Object.fromEntries(inherited),
      BATON_SIGNALLING: signalling,
      BATON_SIP_LISTEN: `udp:${address}:${sipPort}`,
      BATON_HTTP_LISTEN: `${address}:${httpPort}`,
      BATON_TARGET: `sip:${address}:${targetPort}`,
      BATON_STATE_DIRECTORY: 'off',
    },
    logFile: `${folder}/baton.log`,
  });
  await part.waitFor(log => log.includes('"msg":"ready"'));
  return { part, httpUrl: `http://${address}:${httpPort}` };
}

/** Baton with its own engine, reached over the control protocol (`engine`) or by calls (`direct`). */
export function batonSystem(name: 'engine' | 'direct'): System {
  const about = {
    engine: 'Baton, drachtio-srf over the embedded engine',
    direct: 'Baton, the embedded engine by calls',
  };
  return {
    name,
    about: about[name],
    tellsChanges: true,
    start: async (place): Promise<RunningSystem> => {
      const { part, httpUrl } = await startBaton(place, name);
      return { parts: [part], httpUrl };
    },
  };
}

/** Baton with a real drachtio-server as its engine. */
export function batonOverDrachtio(program: string): System {
  return {
    name: 'server',
    about: 'Baton over a real drachtio-server',
    tellsChanges: true,
    isAside: true,
    start: async (place): Promise<RunningSystem> => {
      const { part: server, control } = await startDrachtioServer(program, place);
      const { part, httpUrl } = await startBaton(
        place,
        `drachtio://${control.secret}@${address}:${control.port}`,
      );
      return { parts: [server, part], httpUrl };
    },
  };
}
