import { expect } from 'chai';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../lib/store/make-folder.ts';

describe('making a folder', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'baton-folder-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function failureOf(folder: string): unknown {
    try {
      makeFolder(folder);
      return 'made';
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    }
  }

  it('makes all that lead to it, and is content with what is there', () => {
    const folder = join(root, 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    expect(existsSync(folder)).to.equal(true);
  });

  it('says what is wrong where a file stands in the way', () => {
    writeFileSync(join(root, 'a'), '');
    expect(failureOf(join(root, 'a'))).to.equal('EEXIST');
    expect(failureOf(join(root, 'a', 'b'))).to.be.oneOf(['ENOTDIR', 'EEXIST']);
  });

  it('comes to an end where nobody can make one', function () {
    if (process.platform !== 'linux') return;
    expect(failureOf('/proc/baton/outbox/node1')).to.equal('ENOENT');
  });
});
