import { expect } from 'chai';
import fc from 'fast-check';
import {
  profileNames,
  profileOf,
  profileWith,
  type ProfileOverrides,
} from '../../lib/attached-data/profile.ts';
import { isInForm, readUui, type UuiForm, writeUui } from '../../lib/attached-data/uui-form.ts';
import { emitUserToUser, parseUserToUser, type UuiValue } from '../../lib/attached-data/user-to-user.ts';

function valueOf(text: string): UuiValue {
  const parsed = parseUserToUser([text]);
  if (parsed.syntax === 'invalid') throw new Error(parsed.reason);
  const [value] = parsed.values;
  if (value === undefined) throw new Error('no value');
  return value;
}

const plain = profileOf('plain');
const form = (overrides: ProfileOverrides): UuiForm => profileWith('plain', overrides);

function written(text: string, from: UuiForm, to: UuiForm): string | undefined {
  const content = readUui(valueOf(text), from);
  const output = content === undefined ? undefined : writeUui(content, to);
  const emitted = output === undefined ? undefined : emitUserToUser([output]);
  return emitted?.ok === true ? emitted.value : undefined;
}

describe('a User-to-User value is read', () => {
  const none = form({ discriminator: 'none' });
  const bare = profileOf('acs-dr');
  const rules: [text: string, form: UuiForm, read: string | undefined][] = [
    ['0448656C6C6F;encoding=hex', plain, '04 48656C6C6F'],
    ['0448656c6c6f', plain, '04 48656c6c6f'],
    ['"04AA";encoding=HEX', plain, '04 AA'],
    ['48656C;pd=04;encoding=hex', plain, '04 48656C'],
    ['48656C;encoding=hex', none, '- 48656C'],
    ['48656C;pd=00;encoding=hex', none, '00 48656C'],
    ['Hello;encoding=ascii', plain, '- 48656C6C6F'],
    ['Hello;encoding=ascii;pd=04', plain, '04 48656C6C6F'],
    ['"Zürich";encoding=text', plain, '- 5AC3BC72696368'],
    ['jason', bare, '- 6A61736F6E'],
    ['0412', bare, '04 12'],
    ['04AA;purpose=isdn-interwork;content=isdn-uui', plain, '04 AA'],
    ['04AA;encoding=hex;app=crm7', plain, '04 AA app=crm7'],
    // What cannot be read.
    ['jason', plain, undefined],
    ['616d617a6f6e5f6368696;encoding=hex', bare, undefined],
    ['0401;encoding=base64', plain, undefined],
    ['0401;content=other', plain, undefined],
    ['0401;pd=4', plain, undefined],
    ['0401;pd', plain, undefined],
    ['"";encoding=hex', plain, undefined],
    ['0401;purpose=call-center', plain, undefined],
  ];
  for (const [text, how, read] of rules) {
    it(`${text}: ${read ?? 'not at all'}`, () => {
      const content = readUui(valueOf(text), how);
      const params = content?.params.map(([name, value]) => ` ${name}=${String(value)}`).join('');
      expect(content && `${content.pd ?? '-'} ${content.payloadHex}${params ?? ''}`).to.equal(read);
    });
  }
});

describe('a User-to-User value is written', () => {
  const genesys = profileOf('genesys-cloud');
  const rules: [text: string, form: UuiForm, written: string | undefined][] = [
    ['Hello;encoding=ascii', profileOf('avaya'), '0448656C6C6F;encoding=hex'],
    ['Hello;encoding=ascii', genesys, '48656C6C6F;pd=04;encoding=hex;purpose=isdn-uui;content=isdn-uui'],
    ['00FA0801;encoding=hex', genesys, 'FA0801;pd=00;encoding=hex;purpose=isdn-uui;content=isdn-uui'],
    ['48656C;pd=05;encoding=hex;app=crm7', plain, '0548656C;encoding=hex;app=crm7'],
    ['0448656C6C6F', form({ discriminator: 'none', encoding: 'ascii' }), 'Hello;encoding=ascii'],
    ['0448656C206F', form({ discriminator: 'none', encoding: 'ascii' }), '"Hel o";encoding=ascii'],
    ['0448656C', form({ discriminator: 'pd', encoding: 'text', uuiParams: [] }), 'Hel;pd=04'],
    ['045AC3BC', form({ discriminator: 'none', encoding: 'text' }), '"Zü";encoding=text'],
    ['"Zü";encoding=text', plain, '005AC3BC;encoding=hex'],
    ['04AA;encoding=hex', form({ discriminator: 'none', uuiParams: [] }), 'AA'],
    // What has no place in the form.
    ['00FA0801;encoding=hex', form({ discriminator: 'none', encoding: 'ascii' }), undefined],
    ['045AC3BC', form({ discriminator: 'none', encoding: 'ascii' }), undefined],
    ['04FF', form({ discriminator: 'none', encoding: 'text' }), undefined],
    ['040A', form({ discriminator: 'none', encoding: 'text' }), undefined],
  ];
  for (const [text, to, expected] of rules) {
    it(`${text} → ${expected ?? 'not at all'}`, () => expect(written(text, plain, to)).to.equal(expected));
  }
});

describe('a User-to-User value in the form that is asked for', () => {
  const avaya = profileOf('avaya');
  const rules: [text: string, to: UuiForm, is: boolean][] = [
    ['00fa08;encoding=hex', avaya, true],
    ['"00fa08";Encoding=HEX;app=crm7', avaya, true],
    ['00fa08', avaya, false],
    ['00fa08;encoding=hex;purpose=isdn-uui', avaya, false],
    ['fa08;pd=00;encoding=hex', avaya, false],
    ['fa08;encoding=ascii', avaya, false],
    ['fa08;pd=00;encoding=hex;purpose=isdn-uui;content=isdn-uui', profileOf('genesys-cloud'), true],
    ['fa08;pd=00;encoding=hex;purpose=isdn-interwork;content=isdn-uui', profileOf('genesys-cloud'), false],
  ];
  for (const [text, to, is] of rules) {
    it(`${text}: ${is ? 'yes' : 'no'}`, () => expect(isInForm(valueOf(text), plain, to)).to.equal(is));
  }
});

describe('what is written in a form', () => {
  const forms = [
    ...profileNames.map(profileOf),
    form({ discriminator: 'none' }),
    form({ discriminator: 'none', uuiParams: [] }),
    form({ discriminator: 'pd', encoding: 'ascii' }),
    form({ discriminator: 'pd', encoding: 'text', uuiParams: [] }),
  ];
  const hex = fc.uint8Array({ maxLength: 40 }).map(octets => Buffer.from(octets).toString('hex'));
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map(one => Buffer.from(one).toString('hex'));
  const contents = fc.record({
    payloadHex: fc.oneof(hex, text),
    pd: fc.constantFrom('00', '04', '7f', 'A0'),
    params: fc.constantFrom([], [['app', 'crm7']] as const, [['priority', null]] as const),
  });

  it('reads back as what it was, but for the case of digits and a discriminator that has no place', () => {
    fc.assert(
      fc.property(contents, fc.constantFrom(...forms), (content, to) => {
        const output = writeUui(content, to);
        if (output === undefined) return;
        const emitted = emitUserToUser([output]);
        if (!emitted.ok) throw new Error(emitted.reason);
        const value = valueOf(emitted.value);
        expect(isInForm(value, to, to)).to.equal(true);
        const read = readUui(value, to);
        expect(read?.payloadHex.toLowerCase()).to.equal(content.payloadHex.toLowerCase());
        expect(read?.pd).to.equal(to.discriminator === 'none' ? undefined : content.pd);
        expect(read?.params).to.deep.equal(content.params);
      }),
    );
  });

  it('is written always in hex, and as text whenever it is text', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...forms), (payloadHex, to) => {
        const printable = /^(?:[2-6].|7[0-9a-e])*$/.test(payloadHex);
        const output = writeUui({ payloadHex, params: [] }, to);
        if (to.encoding === 'hex' || printable) expect(output).to.not.equal(undefined);
      }),
    );
  });
});
