#!/usr/bin/env node
import { closeSync, openSync } from 'node:fs';
import { styleText } from 'node:util';
import { runCommandLine } from './program.ts';

/** What still runs this long after a clean stop is a leak: it is named, and the process ends all the same. */
const leftoverMs = 2_000;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `baton tail | head`: the reader has seen enough.
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: {
    env: process.env,
    input: process.stdin,
    isTerminal: process.stdout.isTTY,
    print: text => process.stdout.write(text),
    complain: line => process.stderr.write(`${line}\n`),
  },
  host: {
    on: (event, listener) => process.on(event, listener),
    exit: code => process.exit(code),
    hasTerminal,
  },
  paint: (style, text) => styleText(style, text),
  loadMain: () => import('../main.ts'),
});

setTimeout(() => {
  process.stderr.write(`baton: still open at exit: ${process.getActiveResourcesInfo().join(', ')}\n`);
  process.exit();
}, leftoverMs).unref();

/** A terminal that has hung up cannot be opened any more, nor can one that never was. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
