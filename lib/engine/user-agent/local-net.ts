import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { familyOf, isLoopback } from '../message/ip-address.ts';

/**
 * Who is on this side of an address translator: loopback and the subnets of the machine's interfaces. They are told the
 * bound address, everybody else the external one.
 */
export function localNet(interfaces = networkInterfaces): (address: string) => boolean {
  const subnets = new BlockList();
  for (const infos of Object.values(interfaces())) {
    for (const { address, cidr, family } of infos ?? []) {
      const bits = Number(cidr?.split('/')[1]);
      // A tunnel's /0 or a single address says nothing about neighbours.
      if (bits > 0) subnets.addSubnet(address, bits, family === 'IPv6' ? 'ipv6' : 'ipv4');
    }
  }
  return address => isLoopback(address) || subnets.check(address, familyOf(address));
}
