import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { uuiBuild, uuiParse, valueFromInput } from '../../lib/cli/uui.ts';
import { type JudgedMessage, judgeMessage } from '../../lib/cli/uui-judge.ts';

interface Vector {
  readonly id: string;
  readonly title: string;
  readonly input: JudgedMessage;
  readonly expect: Readonly<Record<string, unknown>>;
}

/** Constructed for this project from RFC 7433, RFC 7434, RFC 6086, RFC 3261 and the vendors' pages named in each vector's `ref`. */
const vectors = (
  JSON.parse(readFileSync(new URL('../fixtures/uui-vectors.json', import.meta.url), 'utf8')) as {
    vectors: Vector[];
  }
).vectors;

/** Remarks on the vector itself, not on the header. */
const REMARKS = ['note2', 'rawLine'];

describe('the User-to-User and custom header vectors', () => {
  it('are all there', () => expect(vectors).to.have.length(88));

  for (const vector of vectors) {
    it(`${vector.id}: ${vector.title}`, () => {
      const judged = judgeMessage(vector.input) as Record<string, unknown>;
      for (const [field, value] of Object.entries(vector.expect)) {
        if (!REMARKS.includes(field)) expect(judged[field], field).to.deep.equal(value);
      }
    });
  }

  // A single header is what the command is given.
  for (const vector of vectors.filter(({ input }) => input.headers.length === 1)) {
    const [header] = vector.input.headers;
    if (header === undefined || vector.input.context !== undefined || vector.input.method === 'INFO')
      continue;
    it(`${vector.id}: through the command's function, by value and by header line`, () => {
      const { method } = vector.input;
      const whole = judgeMessage(vector.input);
      expect(uuiParse(header.value, { method, header: header.name })).to.deep.equal(whole);
      if (!header.value.includes('X-Evil'))
        expect(uuiParse(`${header.name}: ${header.value}`, { method })).to.deep.equal(whole);
      if (/^(User-to-User|Refer-To|Contact)$/i.test(header.name) && !/^sip:$/.test(header.value)) {
        expect(uuiParse(header.value, { method })).to.deep.equal(whole);
      }
    });
  }
});

void [uuiBuild, valueFromInput];
