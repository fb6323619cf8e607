import { expect } from 'chai';
import type { ReadRecord } from '../../support/kafka-reader.ts';
import { judgeCalls, judgeStream, type Thread } from './stream-judge.ts';

const lost = [{ ReleasedBy: 'baton' }, { ReleaseReason: 'lost' }];
const hangup = [{ ReleasedBy: 'caller' }, { ReleaseReason: 'hangup' }];

/** `a Dialing`: alice's event of call thread t1; `!` behind it: she is lost. */
function told(text: string, thread = 't1', number = '1'): string {
  const [who, name = ''] = text.split(' ');
  return JSON.stringify({
    id: `Event${name.replace('!', '')}`,
    ConnID: `${thread}@default:n1`,
    CallThreadID: thread,
    ThisDNRole: who === 'a' ? 'Origination' : 'Destination',
    UserData: [{ key: 'Number', type: 'string', value: number }],
    ...(name.startsWith('Released') && { Extensions: name.endsWith('!') ? lost : hangup }),
  });
}

const whole = ['a Dialing', 'b Ringing', 'a Established', 'b Established', 'a Released', 'b Released'].map(
  text => told(text),
);

/** As they are read when all is well. */
function read(values: readonly string[], key = 'default:t1'): ReadRecord[] {
  return values.map((value, at) => ({
    partition: 0,
    offset: BigInt(at),
    key,
    value,
    timeMs: 0,
    headers: {
      event: (JSON.parse(value) as { id: string }).id,
      'baton-sequence': String(at + 1),
    },
  }));
}

function faultsOf(values: readonly string[], before: readonly string[], after: readonly string[] = []) {
  return judgeStream(read(values), { before, after }).faults;
}

describe('what a reader has of calls', () => {
  it('is right when it is what was told', () => {
    expect(judgeStream(read(whole), { before: whole, after: [] })).to.deep.equal({
      faults: [],
      threads: [{ key: 'default:t1', number: '1', begunBy: 'before', end: 'whole' }],
    });
    expect(judgeStream(read(whole), { before: [], after: whole }).threads[0]?.begunBy).to.equal('after');
  });

  const [dialing = '', ringing = '', ...rest] = whole;
  const cut = [told('a Released!'), told('b Released!')];
  const wrongs: readonly (readonly [what: string, values: string[], before: string[]])[] = [
    ['an event is missing', [dialing, ...rest], whole],
    ['the last is missing', whole.slice(0, -1), whole],
    ['one comes twice', [dialing, dialing, ringing, ...rest], whole],
    ['two are in the wrong order', [ringing, dialing, ...rest], whole],
    ['somebody is not told the end', whole.slice(0, -1), whole.slice(0, -1)],
    ['somebody is told the end twice', [...whole, told('a Released')], whole],
    ['a lost party is not told so', [...whole.slice(0, 4), told('a Released!')], whole.slice(0, 4)],
    ['who is told that he is lost had ended', [...whole, ...cut], whole],
    [
      'events are of another call',
      [dialing, ...whole.slice(1).map(value => value.replace('"1"', '"2"'))],
      [],
    ],
  ];
  for (const [what, values, before] of wrongs)
    it(`is wrong when ${what}`, () => {
      expect(faultsOf(values, before)).to.have.length(1);
    });

  it('is wrong when nothing of a call is there', () => {
    expect(faultsOf([], whole)).to.deep.equal(['default:t1: nothing of it is there']);
  });

  it('is right when both parties of a call that was cut are told so', () => {
    const standing = whole.slice(0, 4);
    const { faults, threads } = judgeStream(read([...standing, ...cut]), { before: standing, after: [] });
    expect(faults).to.deep.equal([]);
    expect(threads[0]?.end).to.equal('cut');
  });

  it('is right when who calls was told alone, and is told that he is lost', () => {
    expect(faultsOf([dialing, told('a Released!')], [dialing])).to.deep.equal([]);
  });

  it('may have the events of one decision that nobody told, and no more', () => {
    expect(faultsOf(whole, whole.slice(0, 4))).to.deep.equal([]);
    const other = whole.map(value => value.replaceAll('t1', 't2'));
    const records = [...read(whole), ...read(other, 'default:t2')];
    const before = [...whole.slice(0, 4), ...other.slice(0, 4)];
    expect(judgeStream(records, { before, after: [] }).faults).to.deep.equal([
      'kept and not told, all of them: default:t1, default:t2',
    ]);
  });

  it('has a sequence without holes in one partition, and names its events', () => {
    const [first, second, ...others] = read(whole);
    if (first === undefined || second === undefined) throw new Error('no records');
    const { faults } = judgeStream(
      [
        first,
        { ...second, partition: 1, headers: { event: 'EventDialing', 'baton-sequence': '3' } },
        ...others,
      ],
      { before: whole, after: [] },
    );
    expect(faults).to.deep.equal([
      'default:t1: sequence 1 3 3 4 5 6',
      'default:t1: partitions 0 1',
      'default:t1: EventRinging is headed EventDialing',
    ]);
  });
});

describe('calls of SIPp', () => {
  const thread = (number: string, begunBy: Thread['begunBy'], end: Thread['end']): Thread => ({
    ...{ key: `default:${number}`, number, begunBy, end },
  });

  it('are right when those completed are whole, and those failed were begun before', () => {
    const threads = [
      thread('1', 'before', 'whole'),
      thread('2', 'before', 'cut'),
      thread('3', 'before', 'cut'),
      thread('3', 'after', 'whole'),
    ];
    expect(judgeCalls(threads, { completed: ['1', '3'], failed: ['2', '4'] })).to.deep.equal([]);
  });

  it('are wrong otherwise', () => {
    const threads = [
      thread('1', 'before', 'cut'),
      thread('2', 'after', 'whole'),
      thread('3', 'before', 'whole'),
      thread('3', 'after', 'whole'),
      thread('5', 'after', 'whole'),
    ];
    expect(judgeCalls(threads, { completed: ['1', '3', '4'], failed: ['2'] })).to.deep.equal([
      '1, completed: cut, begun before',
      '3, completed: whole, begun before; whole, begun after',
      '4, completed: ',
      '2, failed: whole, begun after',
      '5: nobody has called',
    ]);
  });
});
