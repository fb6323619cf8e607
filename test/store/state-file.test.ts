import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { StateFile } from '../../lib/store/state-file.ts';

describe('the state file', () => {
  let parent: string;
  let folder: string;
  let path: string;
  let nowMs: number;
  let told: string[];
  let open: StateFile[];

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'baton-state-'));
    folder = join(parent, 'data', 'node1');
    path = join(folder, 'state.jsonl');
    nowMs = 1_700_000_000_000;
    told = [];
    open = [];
  });

  afterEach(async () => {
    for (const file of open) await file.close();
    rmSync(parent, { recursive: true });
  });

  async function start(): Promise<StateFile> {
    const file = await StateFile.open({
      folder,
      nowMs: () => nowMs,
      onTrouble: code => told.push(code),
      onGood: () => told.push('good'),
      onBroken: (lines, copy) => told.push(`${lines} broken, ${copy.slice(parent.length)}`),
    });
    open.push(file);
    return file;
  }

  /** Started, with something put, and the file there. */
  async function startWith(name: string): Promise<StateFile> {
    const file = await start();
    file.shelf('dns').put(name, { at: 1 });
    return file;
  }

  it('is made with the first thing that is put', async () => {
    const file = await start();
    expect(file.shelf('dns').entries()).to.deep.equal([]);
    expect(existsSync(folder)).to.equal(false);
    file.shelf('dns').put('acme/1001', { at: 1 });
    await file.close();
    const again = await start();
    expect(again.shelf('dns').entries()).to.deep.equal([['acme/1001', { at: 1 }]]);
  });

  it('has each change as soon as it is put, though the process is never closed', async () => {
    const file = await startWith('a');
    file.shelf('dns').put('b', 'Zoë');
    file.shelf('agents').put('a', [1]);
    file.shelf('dns').put('a', undefined);
    file.shelf('dns').put('b', 'Zoë 2');
    const copy = join(parent, 'killed');
    mkdirSync(copy);
    writeFileSync(join(copy, 'state.jsonl'), readFileSync(path));
    folder = copy;
    const again = await start();
    expect(again.shelf('dns').entries()).to.deep.equal([['b', 'Zoë 2']]);
    expect(again.shelf('agents').entries()).to.deep.equal([['a', [1]]]);
    expect(told).to.deep.equal([]);
  });

  it('does without the line that the end of the process has cut short', async () => {
    await (await startWith('a')).close();
    appendFileSync(path, '{"shelf":"dns","name":"b","thing":{"at"');
    const again = await start();
    again.shelf('dns').put('c', 3);
    expect(
      again
        .shelf('dns')
        .entries()
        .map(([name]) => name),
    ).to.deep.equal(['a', 'c']);
    expect(told).to.deep.equal([]);
    await again.close();
    expect((await start()).shelf('dns').entries()).to.have.length(2);
  });

  it('copies what it cannot read aside, and takes the rest', async () => {
    await (await startWith('a')).close();
    appendFileSync(path, '\0\0\0\n{"shelf":"dns","name":"b","thing":2}\nx\n');
    const again = await start();
    expect(again.shelf('dns').entries()).to.deep.equal([
      ['a', { at: 1 }],
      ['b', 2],
    ]);
    expect(told).to.deep.equal(['2 broken, /data/node1/state.jsonl.broken-2023-11-14T22-13-20-000Z']);
  });

  it('does not grow for ever', async () => {
    const file = await startWith('a');
    const shelf = file.shelf('dns');
    for (let at = 0; at < 5_000; at += 1) shelf.put('a', at);
    expect(readFileSync(path, 'utf8').split('\n').length).to.be.below(1_100);
    await file.close();
    expect((await start()).shelf('dns').entries()).to.deep.equal([['a', 4_999]]);
  });

  it('is left alone by who finds it begun by another process since its start', async () => {
    const [first, second] = [await start(), await start()];
    first.shelf('dns').put('a', 1);
    second.shelf('dns').put('b', 2);
    expect(told).to.deep.equal(['state-in-use']);
    await first.close();
    await second.close();
    expect((await start()).shelf('dns').entries()).to.deep.equal([['a', 1]]);
  });

  it('is left alone while another process works with it', async () => {
    const first = await startWith('a');
    const second = await start();
    expect(told).to.deep.equal(['state-in-use']);
    second.shelf('dns').put('b', 2);
    expect(second.shelf('dns').entries()).to.deep.equal([['b', 2]]);
    first.shelf('dns').put('c', 3);
    await first.close();
    await second.close();
    expect(
      (await start())
        .shelf('dns')
        .entries()
        .map(([name]) => name),
    ).to.deep.equal(['a', 'c']);
  });

  it('costs nothing but the survival where no folder can be', async () => {
    writeFileSync(join(parent, 'data'), '');
    const file = await start();
    file.shelf('dns').put('a', 1);
    await file.close();
    expect(told).to.deep.equal(['state-unusable']);
    expect(file.shelf('dns').entries()).to.deep.equal([['a', 1]]);
  });

  it('is whole again when it can be written again, which is tried from time to time', async () => {
    const file = await startWith('a');
    const shelf = file.shelf('dns');
    // As with a full disk: the lines to come fail, and a new file cannot be put in its place.
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    for (let at = 0; at < 1_100; at += 1) shelf.put('b', at);
    expect(told).to.deep.equal(['state-unusable']);
    rmSync(folder);
    shelf.put('c', 3);
    expect(existsSync(path)).to.equal(false);
    nowMs += 5_000;
    shelf.put('d', 4);
    expect(told).to.deep.equal(['state-unusable', 'good']);
    shelf.put('e', 5);
    const names = readFileSync(path, 'utf8')
      .split('\n')
      .flatMap(line => /"name":"(.)"/.exec(line)?.[1] ?? []);
    expect(names).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(readdirSync(folder)).to.include('state.jsonl').and.not.include('state.jsonl.new');
  });
});
