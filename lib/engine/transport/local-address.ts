import { BlockList } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { type Family, familyOf, isLoopback, isWildcard, withoutZone } from '../message/ip-address.ts';
import type { Hop } from './transport.ts';

export type Interfaces = () => NodeJS.Dict<NetworkInterfaceInfo[]>;

interface LocalNetwork {
  readonly address: string;
  readonly family: Family;
  readonly subnet: BlockList;
}

/** Addresses come and go (DHCP, tunnels): what was found is believed for this long. */
const BELIEVED_MS = 30_000;
const MAX_REMEMBERED_PEERS = 4096;

export interface LocalAddressesOptions {
  readonly interfaces?: Interfaces;
  /** Monotonic milliseconds. */
  readonly nowMs?: () => number;
}

/** Which address of this machine a peer can answer to, for listeners bound to every interface. */
export class LocalAddresses {
  readonly #interfaces: Interfaces;
  readonly #nowMs: () => number;
  readonly #byPeer = new Map<string, string>();
  #networks: LocalNetwork[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LocalAddressesOptions = {}) {
    this.#interfaces = options.interfaces ?? networkInterfaces;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /**
   * The address to show a peer: the listener's own, or for a wildcard listener the one nearest to the peer.
   */
  towards(listener: Hop, peerAddress: string): string {
    if (!isWildcard(listener.address)) return listener.address;
    this.#refresh();
    const known = this.#byPeer.get(peerAddress);
    if (known !== undefined) return known;
    const chosen = this.#choose(familyOf(listener.address), withoutZone(peerAddress));
    if (this.#byPeer.size >= MAX_REMEMBERED_PEERS) this.#byPeer.clear();
    this.#byPeer.set(peerAddress, chosen);
    return chosen;
  }

  /** Whether a request to this address would reach this machine. */
  has(address: string): boolean {
    this.#refresh();
    return isLoopback(address) || this.#networks.some(network => network.address === address);
  }

  #choose(family: Family, peer: string): string {
    const loopback = family === 'ipv6' ? '::1' : '127.0.0.1';
    if (isLoopback(peer)) return loopback;
    const candidates = this.#networks.filter(network => network.family === family);
    const near =
      familyOf(peer) === family ? candidates.find(({ subnet }) => subnet.check(peer, family)) : undefined;
    // A link-local address is of use only to peers on the same link.
    const chosen = near ?? candidates.find(({ address }) => !isLinkLocal(address)) ?? candidates[0];
    return chosen?.address ?? loopback;
  }

  #refresh(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#readAtMs < BELIEVED_MS) return;
    this.#readAtMs = nowMs;
    this.#byPeer.clear();
    this.#networks = Object.values(this.#interfaces()).flatMap(infos =>
      (infos ?? []).flatMap(toLocalNetwork),
    );
  }
}

function toLocalNetwork(info: NetworkInterfaceInfo): LocalNetwork[] {
  if (info.internal || info.cidr === null) return [];
  const family = familyOf(info.address);
  const subnet = new BlockList();
  subnet.addSubnet(info.address, Number(info.cidr.slice(info.cidr.indexOf('/') + 1)), family);
  return [{ address: info.address, family, subnet }];
}

/** fe80::/10 and 169.254.0.0/16 (RFC 4291 §2.5.6, RFC 3927). */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address) || address.startsWith('169.254.');
}
