import { profileOf } from '../attached-data/profile.ts';
import { noRename } from '../attached-data/rename.ts';
import {
  type AddressGroups,
  type Cidr,
  contains,
  isLoopback,
  parseAddress,
  parseCidr,
} from '../engine/message/ip-address.ts';
import type { Trunk } from './trunk.ts';

/**
 * What a source address is to us. `trunk` is the stand-in of `neighbourWithoutTrunk` when it belongs to none.
 */
export interface Standing {
  readonly kind: 'trunk' | 'loopback' | 'trusted' | 'untrusted';
  readonly trunk: Trunk;
  /** True for loopback sources, also when a trunk claims them. */
  readonly loopback: boolean;
}

export interface SourceOptions {
  readonly trunks: readonly Trunk[];
  /** CIDR list of further sources that may call. */
  readonly trusted: readonly string[];
  /** Tenant of calls from sources without a trunk. */
  readonly tenant: string;
}

/** The addresses of all trunks, most specific block first, ready to be asked. */
export interface SourceTable {
  readonly trunks: readonly { readonly cidr: Cidr; readonly trunk: Trunk }[];
  readonly trusted: readonly Cidr[];
  readonly stranger: Trunk;
}

/** The trunk of those who have none: plain profile, told by INFO, ours. Its name is empty. */
export function neighbourWithoutTrunk(tenant: string): Trunk {
  return {
    name: '',
    sources: [],
    tenant,
    profile: profileOf('plain'),
    rename: noRename,
    notify: 'info',
    transfer: 'handle',
    network: false,
    dataHeaders: [],
    redirects: 'relay',
    fromHost: 'own',
    referTo: 'uri',
    dnFrom: 'from',
    delayedOffer: true,
    blockHeaders: [],
  };
}

/** Blocks that are no CIDR are left out: the configuration refuses them before. */
export function compileSources(options: SourceOptions): SourceTable {
  const trunks = options.trunks.flatMap(trunk =>
    trunk.sources.flatMap(source => {
      const cidr = parseCidr(source);
      return cidr === undefined ? [] : [{ cidr, trunk }];
    }),
  );
  trunks.sort((one, other) => other.cidr.prefixBits - one.cidr.prefixBits);
  const trusted = options.trusted.flatMap(source => parseCidr(source) ?? []);
  return { trunks, trusted, stranger: neighbourWithoutTrunk(options.tenant) };
}

/**
 * A trunk comes before loopback, and loopback before trusted. An address that is no IP literal is a
 * stranger's.
 */
export function whoIs(source: string, table: SourceTable): Standing {
  const address = parseAddress(source);
  if (address === undefined) return { kind: 'untrusted', trunk: table.stranger, loopback: false };
  const loopback = isLoopback(source);
  const trunk = trunkAt(address, table);
  if (trunk !== undefined) return { kind: 'trunk', trunk, loopback };
  if (loopback) return { kind: 'loopback', trunk: table.stranger, loopback };
  const kind = table.trusted.some(cidr => contains(cidr, address)) ? 'trusted' : 'untrusted';
  return { kind, trunk: table.stranger, loopback };
}

/** The trunk whose most specific block holds the address. */
export function trunkAt(address: AddressGroups, table: SourceTable): Trunk | undefined {
  return table.trunks.find(entry => contains(entry.cidr, address))?.trunk;
}
