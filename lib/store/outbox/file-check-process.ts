import { readWholeFile } from './file-check.ts';

/** A process of its own: `file-check-process FILE`. Exit 0 when the file is good; else it says what is wrong, if it still can. */
try {
  await readWholeFile(process.argv[2] ?? '');
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(error instanceof Error ? error.message : String(error));
}
