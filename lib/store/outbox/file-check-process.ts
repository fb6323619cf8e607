import { copyWholeFile } from './file-check.ts';

/**
 * A process of its own: `file-check-process FILE COPY`. Exit 0 when the file is good, and it says whether it has been copied; else it
 * says what is wrong, if it still can.
 */
try {
  const [path = '', copy = ''] = process.argv.slice(2);
  process.stdout.write((await copyWholeFile(path, copy)) ? 'copied' : 'good');
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(error instanceof Error ? error.message : String(error));
}
