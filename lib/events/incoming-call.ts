import type { AttachedData } from '../attached-data/entry.ts';
import { customContextOf } from '../attached-data/views.ts';
import type { CallThreadId, ConnId, Dn } from '../call/ids.ts';
import { parseNameAddr } from '../engine/message/name-addr.ts';
import { parseUri, serializeUri } from '../engine/message/uri.ts';
import { dnOfUri } from '../routing/dn.ts';

/** Whom a call is from or for, as Azure Communication Services writes it. */
export type Identifier =
  | {
      readonly kind: 'phoneNumber';
      /** `4:` and the number. */
      readonly rawId: string;
      readonly phoneNumber: { readonly value: string };
    }
  /** `rawId`: a SIP URI without parameters, or `anonymous`. */
  | { readonly kind: 'unknown'; readonly rawId: string };

/**
 * A call that comes in, in the form of `data` of Azure Communication Services' event IncomingCall: `userToUser` stands among
 * the SIP headers, custom headers have their whole names.
 */
export interface IncomingCall {
  readonly to: Identifier;
  readonly from: Identifier;
  readonly callerDisplayName: string;
  /** ConnID. */
  readonly serverCallId: string;
  /** Opaque; ConnID. */
  readonly incomingCallContext: string;
  /** CallThreadID. */
  readonly correlationId: string;
  readonly customContext: {
    readonly sipHeaders: Readonly<Record<string, string>>;
    readonly voipHeaders: Readonly<Record<string, string>>;
  };
}

/** What there is to say about it. */
export interface ComingCall {
  readonly connId: ConnId;
  readonly callThreadId: CallThreadId;
  readonly callerDn: Dn;
  /** Value of From. */
  readonly from: string;
  readonly requestUri: string;
  readonly data: AttachedData;
}

export function incomingCallOf(call: ComingCall): IncomingCall {
  const { connId, callThreadId, callerDn, requestUri, data } = call;
  const from = parseNameAddr(call.from);
  const { sipHeaders, voipHeaders, userToUser } = customContextOf(data);
  return {
    to: identifierOf(dnOfUri(requestUri), requestUri),
    from: identifierOf(callerDn, from?.uri ?? ''),
    callerDisplayName: textOfDisplay(from?.display ?? ''),
    serverCallId: connId,
    incomingCallContext: connId,
    correlationId: callThreadId,
    customContext: {
      sipHeaders: { ...(userToUser !== undefined && { userToUser }), ...sipHeaders },
      voipHeaders,
    },
  };
}

function identifierOf(dn: Dn, uri: string): Identifier {
  if (/^\+?\d+$/.test(dn)) return { kind: 'phoneNumber', rawId: `4:${dn}`, phoneNumber: { value: dn } };
  const parsed = parseUri(uri);
  if (dn === 'anonymous' || parsed === undefined) return { kind: 'unknown', rawId: dn };
  const { scheme, user, host } = parsed;
  return { kind: 'unknown', rawId: serializeUri({ scheme, user, host, params: [] }) };
}

/** RFC 3261 §25.1: a display name is words, or a quoted string in which a backslash takes the next character as it is. */
function textOfDisplay(display: string): string {
  return display.startsWith('"') ? display.slice(1, -1).replace(/\\(.)/gs, '$1') : display;
}
