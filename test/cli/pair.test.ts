import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../lib/cli/failure.ts';
import { parsePair } from '../../lib/cli/pair.ts';

describe('a pair of the command line', () => {
  for (const [item, key, type, value] of [
    ['CaseId=42', 'CaseId', 'string', '42'],
    ['Note=a=b:c', 'Note', 'string', 'a=b:c'],
    ['Empty=', 'Empty', 'string', ''],
    ['Age:int=-5', 'Age', 'int', -5],
    ['Photo:binary=AAEC', 'Photo', 'binary', 'AAEC'],
    ['More:list=[{"key":"A","value":1}]', 'More', 'list', [{ key: 'A', value: 1 }]],
    ['a:b=1', 'a:b', 'string', '1'],
    ['a:int:string=5', 'a:int', 'string', '5'],
    [':int=5', ':int', 'string', '5'],
  ] as const) {
    it(`${item} is ${type} ${key}`, async () => {
      expect(await parsePair(item)).to.deep.equal({ key, type, value });
    });
  }

  for (const [item, why] of [
    ['CaseId', 'expected key=value'],
    ['=42', 'expected key=value'],
    ['Age:int=five', 'expected a whole number'],
    ['Age:int=', 'expected a whole number'],
    ['Age:int=9007199254740993', 'expected a whole number'],
    ['More:list={"key":"A"}', 'expected an array of pairs in JSON'],
    ['More:list=[', 'expected an array of pairs in JSON'],
  ] as const) {
    it(`${item} is none: ${why}`, async () => {
      const error = await parsePair(item).catch((reason: unknown) => reason);
      expect(error).to.be.an.instanceof(UsageError);
      expect(error).to.have.property('message', `"${item}": ${why}`);
    });
  }

  it('takes the octets of a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-pair-'));
    try {
      const file = join(folder, 'face.png');
      writeFileSync(file, Buffer.from([0, 1, 255]));
      expect(await parsePair(`Photo:binary=@${file}`)).to.include({ key: 'Photo', value: 'AAH/' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
