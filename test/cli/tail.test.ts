import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { follow, linesOf, printLog } from '../../lib/cli/tail.ts';

describe('lines of a stream', () => {
  for (const [what, pieces, lines] of [
    ['one piece', ['a\nb\n'], ['a', 'b']],
    ['a line in three pieces', ['a', 'b', 'c\n'], ['abc']],
    ['a last line without end', ['a\nb'], ['a', 'b']],
    ['an empty line', ['a\n\nb\n'], ['a', '', 'b']],
    ['a character cut in two', [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ['é']],
    ['nothing', [], []],
  ] as const) {
    it(what, async () => {
      expect(await all(linesOf(stream(pieces)))).to.deep.equal(lines);
    });
  }

  it('are printed one by one', async () => {
    const printed: string[] = [];
    await printLog(
      stream(['plain\n{"level":30,"msg":"ready"}\n']),
      (_style, text) => text,
      text => printed.push(text),
    );
    expect(printed).to.deep.equal(['plain\n', '--:--:--.--- info  ready\n']);
  });
});

describe('following a file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-tail-'));
    path = join(folder, 'baton.log');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  /** Each step happens when the follower has read everything and waits; after the last it stops. */
  function followed(...steps: (() => Promise<void>)[]): Promise<string[]> {
    const left = [...steps];
    const wait = async () => {
      const step = left.shift();
      await step?.();
      return step !== undefined;
    };
    return all(linesOf(follow({ path, wait })));
  }

  it('gives what is there and what is added', async () => {
    await writeFile(path, 'one\n');
    const lines = await followed(
      () => appendFile(path, 'two\nthr'),
      () => appendFile(path, 'ee\n'),
    );
    expect(lines).to.deep.equal(['one', 'two', 'three']);
  });

  it('reads a file that was emptied from its beginning', async () => {
    await writeFile(path, 'a long line\n');
    const lines = await followed(async () => {
      await truncate(path);
      await appendFile(path, 'new\n');
    });
    expect(lines).to.deep.equal(['a long line', 'new']);
  });

  it('goes on with the file that took its name', async () => {
    await writeFile(path, 'old\n');
    const lines = await followed(
      () => rename(path, `${path}.1`),
      () => writeFile(path, 'new file\n'),
    );
    expect(lines).to.deep.equal(['old', 'new file']);
  });

  it('gives what was still written to a file before another took its name', async () => {
    await writeFile(path, 'old\n');
    const lines = await followed(async () => {
      await appendFile(path, 'last words\n');
      await rename(path, `${path}.1`);
      await writeFile(path, 'new file\n');
    });
    expect(lines).to.deep.equal(['old', 'last words', 'new file']);
  });

  it('fails when there is no file', async () => {
    const failure: unknown = await followed().catch((error: unknown) => error);
    expect(failure).to.include({ code: 'ENOENT' });
  });
});

async function* stream(pieces: readonly (string | Buffer)[]): AsyncGenerator<string | Buffer> {
  yield* pieces;
}

async function all<T>(things: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const thing of things) list.push(thing);
  return list;
}
