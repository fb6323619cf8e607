import { readFileSync } from 'node:fs';
import { schemasWithoutId } from '@asyncapi/specs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { AGENT_STATE_EVENTS, CALL_THREAD_EVENTS } from '../../lib/events/names.ts';
import { eventSchemaFile, eventSchemaText } from '../../support/event-schema.ts';
import { eventFault } from '../support/valid-event.ts';

const names = [...CALL_THREAD_EVENTS, ...AGENT_STATE_EVENTS, 'EventAttachedDataChanged'];
const text = readFileSync(eventSchemaFile, 'utf8');
const schema = JSON.parse(text) as { oneOf: { $ref: string }[]; definitions: Record<string, unknown> };
const asyncApi = JSON.parse(
  readFileSync(new URL('../../docs/schema/asyncapi.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const common = { Server: 'baton/n1', time: 1 };
const ofCall = {
  ...common,
  ConnID: '0123456789abcdef@acme:n1',
  CallID: 1,
  CallThreadID: '0123456789abcdef',
  CallType: 'Internal',
  CallState: 'Ok',
  ThisDN: 'alice',
  ThisDNRole: 'Origination',
  ThirdPartyDN: 'carol',
  UserData: [{ key: 'k', type: 'list', value: [{ key: 'n', type: 'int', value: 1 }] }],
};

describe('docs/schema/events.json', () => {
  it('is made of the types (support/event-schema.ts writes it anew)', () => {
    expect(text).to.equal(eventSchemaText());
  }).timeout(60_000);

  it('knows each of the 43 events', () => {
    expect(schema.oneOf.map(({ $ref }) => $ref.split('/').pop())).to.have.members(names);
    expect(names).to.have.length(43);
  });

  for (const id of CALL_THREAD_EVENTS) {
    it(`takes ${id} of a call`, () => {
      const { ThirdPartyDN: _third, ...event } = ofCall;
      expect(eventFault({ ...event, id })).to.equal(undefined);
    });
  }

  for (const id of AGENT_STATE_EVENTS) {
    it(`takes ${id} of a DN`, () => {
      expect(eventFault({ ...common, ThisDN: 'alice', id })).to.equal(undefined);
    });
  }

  const changed = { ...ofCall, id: 'EventAttachedDataChanged' };
  it('takes EventAttachedDataChanged with and without ThisDN', () => {
    const { ThisDN: _dn, ThisDNRole: _role, ...third } = changed;
    expect([eventFault(changed), eventFault(third)]).to.deep.equal([undefined, undefined]);
  });

  const faults: [what: string, event: object][] = [
    ['an attribute that is not known', { ...changed, Colour: 'red' }],
    ['a scope in a pair', { ...changed, UserData: [{ key: 'k', type: 'string', value: '', scope: 'sip' }] }],
    ['a ConnID of another form', { ...changed, ConnID: '1' }],
    ['a CallID that is no positive integer', { ...changed, CallID: 0 }],
    ['a time that is no integer', { ...changed, time: 1.5 }],
    ['a number for an enumeration', { ...changed, CallType: 1 }],
    ['a value that is not of its type', { ...changed, UserData: [{ key: 'k', type: 'int', value: '1' }] }],
    ['no author', { ...ofCall, id: 'EventAttachedDataChanged', ThirdPartyDN: undefined }],
    ['a name that is no event', { ...changed, id: 'EventNever' }],
  ];
  for (const [what, event] of faults) {
    it(`refuses ${what}`, () => {
      expect(eventFault(JSON.parse(JSON.stringify(event)))).to.be.a('string');
    });
  }
});

describe('docs/schema/asyncapi.json', () => {
  it('is AsyncAPI 3.0', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(schemasWithoutId['3.0.0'] as object);
    expect(validate(asyncApi) ? '' : ajv.errorsText(validate.errors)).to.equal('');
  }).timeout(60_000);

  it('names only what is in it or in events.json', () => {
    const refs = [...JSON.stringify(asyncApi).matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref = '']) => ref);
    expect(refs).to.have.length.above(10);
    for (const ref of refs) {
      const [file = '', pointer = ''] = ref.split('#');
      let at: unknown = file === '' ? asyncApi : file === './events.json' ? schema : undefined;
      for (const step of pointer.split('/').slice(1))
        at = (at as Record<string, unknown> | undefined)?.[step];
      expect(at, ref).to.not.equal(undefined);
    }
  });
});
