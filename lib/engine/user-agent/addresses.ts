import type { ByteString } from '../message/bytes.ts';
import { withBrackets } from '../message/host.ts';
import { familyOf, isWildcard } from '../message/ip-address.ts';
import { parseNameAddr, serializeNameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow, Hop, Protocol, SocketAddress, Transport } from '../transport/transport.ts';

export interface AddressOptions {
  readonly transport: Transport;
  /** The listener's address as the peer can reach it; a wildcard listener has one per peer. */
  readonly localAddressTowards: (hop: Hop, flow?: Flow) => string;
  /** Whether an address literal is one of this machine's. */
  readonly isOfMachine: (address: string) => boolean;
  /** What we are called from outside, when something translates addresses in between. */
  readonly external?: { readonly host: string; readonly port?: number } | undefined;
  /** Peers on this side of the translation: they are given the local address. */
  readonly isLocalNet: (address: string) => boolean;
}

/** What we call ourselves in Via, Contact, From and To, peer by peer. */
export class Addresses {
  readonly #options: AddressOptions;

  constructor(options: AddressOptions) {
    this.#options = options;
  }

  /** `host` has brackets when it is an IPv6 literal. `flow`: the way the peer came, whose listener is kept to. */
  ours(hop: Hop, flow?: Flow): { host: string; port: number } | undefined {
    const listener = this.#options.transport.listenerFor(hop, flow);
    if (listener === undefined) return undefined;
    const external = this.#options.external;
    if (external !== undefined && !this.#options.isLocalNet(hop.address)) {
      return { host: withBrackets(external.host), port: external.port ?? listener.port };
    }
    return { host: withBrackets(this.#options.localAddressTowards(hop, flow)), port: listener.port };
  }

  /** True when a request to this hop would come back to one of our own listeners. */
  isOwn(hop: Hop): boolean {
    const { external, isOfMachine, transport } = this.#options;
    return transport.listeners.some(own => {
      if (own.protocol !== hop.protocol) return false;
      if (external?.host === hop.address && (external.port ?? own.port) === hop.port) return true;
      if (own.port !== hop.port) return false;
      const isEverywhere = isWildcard(own.address) && familyOf(own.address) === familyOf(hop.address);
      return own.address === hop.address || (isEverywhere && isOfMachine(hop.address));
    });
  }

  hostports(form: 'advertised' | 'local'): string {
    const external = form === 'advertised' ? this.#options.external : undefined;
    return this.#options.transport.listeners
      .map(own => {
        const host = external?.host ?? (isWildcard(own.address) ? this.#towardsAnyone(own) : own.address);
        return `${own.protocol}/${withBrackets(host)}:${external?.port ?? own.port}`;
      })
      .join(',');
  }

  #towardsAnyone(own: Hop): string {
    const anyone = own.address.includes(':') ? '2001:db8::1' : '192.0.2.1';
    return this.#options.localAddressTowards({ protocol: own.protocol, address: anyone, port: 5060 });
  }
}

/**
 * The Contact we write when the application gave none. RFC 3261 §19.1.1: UDP is what a sip URI without a transport
 * parameter means; anything else is named.
 */
export function contactFor(
  own: SocketAddress | { host: string; port: number },
  protocol: Protocol,
): ByteString {
  const host = 'host' in own ? own.host : withBrackets(own.address);
  return `<sip:${host}:${own.port}${protocol === 'udp' ? '' : `;transport=${protocol}`}>`;
}

/**
 * Control protocol §7.1: the host `localhost` in From, To, Contact and P-Asserted-Identity stands for our own address. The
 * value comes back as a name-addr in brackets with its parameters kept; `transport` is added to a Contact that needs it.
 */
export function withOwnAddress(
  value: ByteString,
  own: { host: string; port: number },
  contactProtocol?: Protocol,
): ByteString {
  if (!value.includes('localhost')) return value;
  const parsed = parseNameAddr(value);
  const uri = parsed === undefined ? undefined : parseUri(parsed.uri);
  if (parsed === undefined || uri === undefined || uri.host.toLowerCase() !== 'localhost') return value;
  const at = parsed.uri.indexOf('@');
  const from = parsed.uri.toLowerCase().indexOf('localhost', Math.max(at, 0));
  const afterHost = parsed.uri.slice(from + 'localhost'.length).replace(/^:\d+/, '');
  const named =
    contactProtocol === undefined || contactProtocol === 'udp' || /;transport=/i.test(afterHost)
      ? ''
      : `;transport=${contactProtocol}`;
  const rewritten = `${parsed.uri.slice(0, from)}${own.host}:${own.port}${named}${afterHost}`;
  return serializeNameAddr({ ...parsed, uri: rewritten });
}
