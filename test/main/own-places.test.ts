import { expect } from 'chai';
import { loadConfig } from '../../lib/config.ts';
import { addressesIn, ownPlaces } from '../../lib/main/own-places.ts';

const config = loadConfig({
  flags: new Map<string, unknown>([
    ['registrar.domains', 'Example.com'],
    ['sip.external', 'sip.example.net:5070'],
  ]),
});

describe('our own places', () => {
  it('are where SIP listens, what others see of it, and our domains', () => {
    const listening = [{ address: '192.0.2.1', port: 5080 }];
    const places = ownPlaces(config, () => listening);
    const addresses: [string, number | undefined, boolean][] = [
      ['192.0.2.1', 5080, true],
      ['192.0.2.1', undefined, false],
      ['SIP.example.net', 5070, true],
      ['example.COM', undefined, true],
      ['example.com', 5099, true],
      ['192.0.2.2', 5080, false],
    ];
    for (const [host, port, expected] of addresses)
      expect(places.isOwnAddress(host, port), `${host} ${port ?? ''}`).to.equal(expected);
    const hosts = ['192.0.2.1', 'sip.example.net', 'example.com', 'www.example.com', '192.0.2.2'];
    expect(hosts.map(host => places.isOwnHost(host))).to.deep.equal([true, true, true, false, false]);
  });

  it('are those of a drachtio-server as soon as it says them, and others when it says others', () => {
    let hostports: string[] = [];
    const places = ownPlaces(
      config,
      addressesIn(() => hostports),
    );
    const isOwn = () =>
      ['192.0.2.1', '[2001:db8::1]', '192.0.2.9'].map(host => places.isOwnAddress(host, 5060));
    expect(isOwn()).to.deep.equal([false, false, false]);
    hostports = ['udp/192.0.2.1:5060', 'tcp/[2001:db8::1]:5060'];
    expect(isOwn()).to.deep.equal([true, true, false]);
    hostports = ['udp/192.0.2.9:5060'];
    expect(isOwn()).to.deep.equal([false, false, true]);
  });

  it('are read once while they stay the same', () => {
    const addresses = addressesIn(() => ['udp/192.0.2.1:5060']);
    expect(addresses()).to.deep.equal([{ address: '192.0.2.1', port: 5060 }]);
    expect(addresses()).to.equal(addresses());
  });
});
