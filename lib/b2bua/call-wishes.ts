import type { Call } from '../call/call.ts';
import type { CallSignal } from '../call/decide.ts';
import { type ConnId, type Dn, tenantOf } from '../call/ids.ts';
import type { Decision } from '../call/turn.ts';
import type { ErrorCode } from '../errors.ts';
import { partyUri } from '../routing/party-uri.ts';
import { detailOf } from './call-view.ts';
import type { B2buaLog } from './options.ts';
import type {
  ChangeAnswer,
  DataChangeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  TransferAnswer,
  TransferRequest,
} from './requests.ts';
import { wantedReleases } from './wanted-releases.ts';

/** The calls, for who asks something of them. */
export interface AskedCalls {
  /** Live, or retained after its release. */
  known(connId: string): Call | undefined;
  /** A step with an answer; undefined: a defect. */
  ask(connId: ConnId, signal: CallSignal): Decision | undefined;
  /** We are stopping: nobody new comes in. */
  closed(): boolean;
  readonly log: B2buaLog;
}

/** What somebody outside wants of a call that is there. Each is decided and stored when it returns. */
export class CallWishes {
  readonly #calls: AskedCalls;

  constructor(calls: AskedCalls) {
    this.#calls = calls;
  }

  /**
   * Somebody outside changes the data of a call, whole or not at all. Asked by a consumer that is just being told, the
   * change is told after what is being told: everybody hears changes in the order of their revisions.
   */
  changeData(request: DataChangeRequest): ChangeAnswer {
    const { connId, thirdPartyDn, ...wanted } = request;
    const call = this.#calls.known(connId);
    if (call === undefined) return { ok: false, code: 'call-unknown' };
    const signal = { type: 'dataRequested', thirdPartyDn: thirdPartyDn as Dn, ...wanted } as const;
    const decision = this.#calls.ask(call.connId, signal);
    if (decision === undefined) return { ok: false, code: 'internal' };
    const { refusal, call: after } = decision;
    // A defect has released the call.
    if (after.state === 'released' && call.state !== 'released') return { ok: false, code: 'internal' };
    if (refusal !== undefined) return { ok: false, ...refusal, revision: after.revision };
    return { ok: true, call: detailOf(after) };
  }

  /** Somebody outside ends a call. */
  release({ connId, thirdPartyDn }: ReleaseRequest): ReleaseAnswer {
    const call = this.#calls.known(connId);
    if (call === undefined) return { ok: false, code: 'call-unknown' };
    if (call.state === 'released') return { ok: false, code: 'call-released' };
    const { connId: known } = call;
    this.#calls.log.info({ connId: known, thirdPartyDn }, 'release requested');
    const decision = this.#calls.ask(known, wantedReleases.request);
    // A defect: it is gone, but not in order.
    if (decision === undefined) return { ok: false, code: 'internal' };
    return { ok: true, call: detailOf(decision.call) };
  }

  /** Somebody outside wants a party to give the other one to somebody else. The target is being called when this returns. */
  transfer(request: TransferRequest): TransferAnswer {
    const { connId, party, aim, thirdPartyDn = party } = request;
    const call = this.#calls.known(connId);
    if (call === undefined) return { ok: false, code: 'call-unknown' };
    if (call.state === 'released') return { ok: false, code: 'call-released' };
    if (this.#calls.closed()) return { ok: false, code: 'shutting-down' };
    const wanted = this.#wantedTransfer(call, request);
    if ('code' in wanted) return { ok: false, ...wanted };
    this.#calls.log.info({ connId: call.connId, thirdPartyDn, party, ...aim }, 'transfer requested');
    const decision = this.#calls.ask(call.connId, wanted);
    if (decision === undefined) return { ok: false, code: 'internal' };
    if (decision.refusal !== undefined) return { ok: false, ...decision.refusal };
    return { ok: true, call: detailOf(decision.call) };
  }

  #wantedTransfer(
    { connId }: Call,
    { party, thirdPartyDn = party, aim, entries, local }: TransferRequest,
  ): CallSignal | { readonly code: ErrorCode; readonly ofOther?: true } {
    const dns = { party: party as Dn, thirdPartyDn: thirdPartyDn as Dn };
    if (aim.mode !== 'attended') {
      const to = partyUri(aim.to);
      if (to === undefined) return { code: 'unprocessable' };
      return { type: 'transferWanted', mode: aim.mode, to, entries, local, ...dns };
    }
    const { otherConnId, merged } = aim;
    const other = this.#calls.known(otherConnId);
    // Another tenant's is as unknown as one that is not there.
    if (other === undefined || tenantOf(otherConnId) !== tenantOf(connId))
      return { code: 'call-unknown', ofOther: true };
    const replaced = [other.caller, other.callee].find(leg => leg?.dn === party)?.id;
    if (replaced === undefined) return { code: 'party-unknown', ofOther: true };
    const joinable = { call: other, replaced, earlyOnly: false };
    return { type: 'joinWanted', entries, joinable, ...dns, ...(merged !== undefined && { merged }) };
  }
}
