import { type FileHandle, open, stat } from 'node:fs/promises';
import { formatLogLine, type Paint } from './log-line.ts';

/** Cuts pieces of text into lines; the last one without an end is given when the input ends. */
export async function* linesOf(pieces: AsyncIterable<string | Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    rest += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

export interface FollowOptions {
  readonly path: string;
  /** Waits until it is worth looking again; false: stop following. */
  wait(): Promise<boolean>;
}

/** What stands in a file and what is added to it. A file that became shorter or was replaced is read from its beginning. */
export async function* follow(options: FollowOptions): AsyncGenerator<Buffer> {
  let file = await open(options.path);
  let offset = 0;
  try {
    for (;;) {
      // Asked first: of a file that has been replaced everything is read before the other one.
      const isReplaced = await isAnother(file, options.path);
      if ((await file.stat()).size < offset) offset = 0;
      for await (const piece of readFrom(file, offset)) {
        offset += piece.length;
        yield piece;
      }
      if (isReplaced) {
        await file.close();
        file = await open(options.path);
        offset = 0;
      } else if (!(await options.wait())) return;
    }
  } finally {
    await file.close();
  }
}

async function* readFrom(file: FileHandle, start: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(65_536);
  for (let position = start; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield Buffer.from(chunk.subarray(0, bytesRead));
  }
}

/** The log was rotated: under this name stands another file. */
async function isAnother(file: FileHandle, path: string): Promise<boolean> {
  try {
    return (await stat(path)).ino !== (await file.stat()).ino;
  } catch {
    return false;
  }
}

/** Prints each line of a log for people. */
export async function printLog(
  pieces: AsyncIterable<string | Buffer>,
  paint: Paint,
  print: (text: string) => void,
): Promise<void> {
  for await (const line of linesOf(pieces)) print(`${formatLogLine(line, paint)}\n`);
}
