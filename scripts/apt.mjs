// Programs from outside npm that tests need.
import { spawnSync } from 'node:child_process';

/**
 * Where a machine builds (CI is set) what is missing is installed by apt-get and not started, else the reader is told how.
 * @param {{ name: string, isThere: () => boolean, packages: string[] }} program `name` begins the sentence: "SIPp is"
 * @throws {Error} of one line, when it is not there in the end
 */
export function ensureProgram({ name, isThere, packages }) {
  if (isThere()) return;
  const list = packages.join(' ');
  if (!process.env.CI)
    throw new Error(`${name} missing; run: sudo apt-get update && sudo apt-get install -y ${list}`);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  const commands = [
    [...sudo, 'apt-get', 'update'],
    // invoke-rc.d(8): at run level 1 no service is started by its installation.
    [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', ...install],
  ];
  for (const [command, ...args] of commands) spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (!isThere()) throw new Error(`${name} missing and apt-get could not install ${list}`);
}
