import { expect } from 'chai';
import { noteSource, responseHop } from '../../../lib/engine/transaction/response-path.ts';
import type { Flow, Protocol } from '../../../lib/engine/transport/transport.ts';
import { message, requestLines } from './doubles.ts';

interface Row {
  readonly what: string;
  readonly via: string;
  readonly from?: string;
  readonly port?: number;
  readonly protocol?: Protocol;
  readonly expectedVia?: string;
  readonly hop: string;
}

// RFC 3261 §18.2.1 and §18.2.2, RFC 3581 §4.
const rows: Row[] = [
  { what: 'source and sent-by agree', via: '192.0.2.1:5062;branch=z9hG4bKa', hop: '192.0.2.1 5062' },
  { what: 'no port in sent-by', via: '192.0.2.1;branch=z9hG4bKa', hop: '192.0.2.1 5060' },
  {
    what: 'a name in sent-by',
    via: 'alice.example:5062;branch=z9hG4bKa',
    expectedVia: 'alice.example:5062;branch=z9hG4bKa;received=192.0.2.1',
    hop: '192.0.2.1 5062',
  },
  {
    what: 'another address in sent-by',
    via: '10.0.0.1;branch=z9hG4bKa',
    expectedVia: '10.0.0.1;branch=z9hG4bKa;received=192.0.2.1',
    hop: '192.0.2.1 5060',
  },
  {
    what: 'rport asked for, addresses agree',
    via: '192.0.2.1;rport;branch=z9hG4bKa',
    expectedVia: '192.0.2.1;rport=33000;branch=z9hG4bKa;received=192.0.2.1',
    hop: '192.0.2.1 33000',
  },
  {
    what: 'rport asked for behind a NAT',
    via: '10.0.0.1:5060;branch=z9hG4bKa;rport',
    expectedVia: '10.0.0.1:5060;branch=z9hG4bKa;rport=33000;received=192.0.2.1',
    hop: '192.0.2.1 33000',
  },
  {
    what: 'a received that the sender made up',
    via: '192.0.2.1;branch=z9hG4bKa;received=203.0.113.66',
    expectedVia: '192.0.2.1;branch=z9hG4bKa;received=192.0.2.1',
    hop: '192.0.2.1 5060',
  },
  {
    what: 'an rport that the sender made up',
    via: '192.0.2.1;branch=z9hG4bKa;rport=99',
    expectedVia: '192.0.2.1;branch=z9hG4bKa;rport=33000;received=192.0.2.1',
    hop: '192.0.2.1 33000',
  },
  {
    what: 'maddr, which is ignored',
    via: '192.0.2.1;maddr=203.0.113.66;branch=z9hG4bKa',
    hop: '192.0.2.1 5060',
  },
  {
    what: 'several values in one line: the first',
    via: '10.0.0.1;branch=z9hG4bKa, SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKb',
    expectedVia: '10.0.0.1;branch=z9hG4bKa;received=192.0.2.1, SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKb',
    hop: '192.0.2.1 5060',
  },
  { what: 'IPv6', via: '[2001:db8::1]:5062;branch=z9hG4bKa', from: '2001:db8::1', hop: '2001:db8::1 5062' },
  {
    what: 'a link-local peer, whose zone is nobody else’s',
    via: '[2001:db8::1];rport;branch=z9hG4bKa',
    from: 'fe80::1%eth0',
    expectedVia: '[2001:db8::1];rport=33000;branch=z9hG4bKa;received=fe80::1',
    hop: 'fe80::1%eth0 33000',
  },
  {
    what: 'TCP: where a new connection would go',
    via: '10.0.0.1:5062;rport;branch=z9hG4bKa',
    protocol: 'tcp',
    expectedVia: '10.0.0.1:5062;rport=33000;branch=z9hG4bKa;received=192.0.2.1',
    hop: '192.0.2.1 5062',
  },
];

describe('where a request came from and its response goes', () => {
  for (const { what, via, from = '192.0.2.1', port = 33_000, protocol = 'udp', expectedVia, hop } of rows) {
    it(what, () => {
      const flow: Flow = {
        protocol,
        local: { address: '192.0.2.2', port: 5060 },
        remote: { address: from, port },
      };
      const [start = '', , ...others] = requestLines();
      const request = message(start, `Via: SIP/2.0/UDP ${via}`, ...others);
      const asItCame = request.topVia;
      if (asItCame === undefined) throw new Error('no Via');
      noteSource(request, asItCame, flow);
      expect(request.headers.get('via')).to.equal(`SIP/2.0/UDP ${expectedVia ?? via}`);
      const { address, port: to } = responseHop(asItCame, flow);
      expect(`${address} ${to}`).to.equal(hop);
    });
  }
});
