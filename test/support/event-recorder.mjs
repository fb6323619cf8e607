// Notes down each event that a Baton in this process tells, one a line, in the folder EVENT_RECORDS: every-event.ts judges them.
// A process of its own loads it by NODE_OPTIONS, so it needs nothing but Node, and does nothing before there is an event.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, openSync } from 'node:fs';
import { join } from 'node:path';

let file;

subscribe('baton:event', json => {
  file ??= open();
  // At once, that SIGKILL may come at any time.
  appendFileSync(file, `${json}\n`);
});

/** What is run is told first, on a line of its own. */
function open() {
  const opened = openSync(join(process.env.EVENT_RECORDS, `${process.pid}`), 'a');
  appendFileSync(opened, `# ${process.argv.slice(1).join(' ')}\n`);
  return opened;
}
