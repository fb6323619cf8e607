import { expect } from 'chai';
import {
  parseMachineSeconds,
  parseProcessStat,
  parseProportionalBytes,
  parseUdpDrops,
} from '../../bench/proc-text.ts';

describe('what /proc says', () => {
  it('has the CPU of a process whose name looks like the rest of the line', () => {
    const text = '42 (a) S (b 1) R 7 42 42 0 -1 4194304 100 0 0 0 150 50 30 20 20 0 11 0 1234 5000 600';
    expect(parseProcessStat(text)).to.deep.equal({
      name: 'a) S (b 1',
      parent: 7,
      cpuSeconds: 2,
      endedChildrenCpuSeconds: 0.5,
    });
  });

  it('has the CPU of the machine, without idle time and interrupts', () => {
    const text = 'cpu  100 10 200 9999 99 50 60 40 0 0\ncpu0 50 5 100 0 0 0 0 0 0 0\n';
    expect(parseMachineSeconds(text)).to.equal(3.5);
  });

  it('has the datagrams that sockets of a port have dropped', () => {
    const head =
      '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';
    const line = (port: string, drops: number): string =>
      ` 12: 0100007F:${port} 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 55 2 ffff8 ${drops}`;
    const text = [head, line('13C4', 3), line('13C4', 4), line('13C5', 9)].join('\n');
    expect(parseUdpDrops(`${text}\n`, [5060, 5062])).to.deep.equal(new Map([[5060, 7]]));
  });

  it('has the memory of a process, shared memory in shares', () => {
    const text = '55-7f ---p 00000000 00:00 0    [rollup]\nRss:            900 kB\nPss:            640 kB\n';
    expect(parseProportionalBytes(text)).to.equal(640 * 1024);
  });
});
