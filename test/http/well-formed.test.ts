import { expect } from 'chai';
import { pathOfBrokenText } from '../../lib/http/well-formed.ts';

const pathIn = (text: string) => pathOfBrokenText(text, JSON.parse(text) as unknown);

describe('half a character in a body', () => {
  for (const [text, path] of [
    [String.raw`{"userData": [{"key": "a"}, {"key": "\ud83d"}]}`, '/userData/1/key'],
    [String.raw`{"a": {"b/c": "x\uDE00y"}, "d": "\ud83d"}`, '/a/b~1c'],
    [String.raw`{"keys": ["a", "\ude00\ud83d"]}`, '/keys/1'],
    [String.raw`{"a": {"\ud83d": 1}}`, '/a'],
    [String.raw`"\ud83d"`, ''],
    [String.raw`{"a": "\ud83d\ude00", "b": "\\ud83d", "c": "\u00e4"}`, undefined],
    ['{"a": "😀"}', undefined],
    ['null', undefined],
  ] as const) {
    it(`${path === undefined ? 'is not there' : `stands at "${path}"`}: ${text}`, () => {
      expect(pathIn(text)).to.equal(path);
    });
  }

  it('is found however deep the body is', () => {
    const text = `${'['.repeat(20_000)}"\\ud800"${']'.repeat(20_000)}`;
    expect(pathIn(text)).to.equal('/0'.repeat(20_000));
  });
});
