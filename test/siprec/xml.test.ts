import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { expect } from 'chai';
import fc from 'fast-check';
import { element, escapedText, legal, type Markup, textElement } from '../../lib/siprec/xml.ts';

function read(xml: Markup) {
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
    xml,
    'text/xml',
  ).documentElement;
  if (root === null) throw new Error('no element');
  return root;
}

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('XML', () => {
  it('is written without anything between', () => {
    const inner = [textElement('b', 'x < y'), element('c', {})];
    expect(element('a', { k: '"v" & w' }, inner)).to.equal(
      '<a k="&quot;v&quot; &amp; w"><b>x &lt; y</b><c/></a>',
    );
  });

  const texts: [what: string, text: string, written: string][] = [
    ['what would begin a tag or an entity', '<a>&amp;', '&lt;a&gt;&amp;amp;'],
    ['the end of a CDATA section', ']]>', ']]&gt;'],
    ['a carriage return', 'a\r\nb', 'a&#13;\nb'],
    ['what may not occur at all', 'a\0b\x1b\ufffe', 'a\ufffdb\ufffd\ufffd'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
    ['a character beyond the first plane', '𝄞', '𝄞'],
  ];
  for (const [what, text, written] of texts) {
    it(`writes ${what}`, () => {
      expect(escapedText(text)).to.equal(written);
    });
  }

  it('is read as it was meant, whatever the text', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, value) => {
        const root = read(element('a', { k: value }, [textElement('b', text)]));
        expect(root.getAttribute('k')).to.equal(legal(value));
        expect(root.textContent).to.equal(legal(text));
      }),
    );
  });
});
