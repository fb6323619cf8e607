import type { CallIdentity } from '../call/new-call.ts';
import type { CallThreadId, ConnId } from '../call/ids.ts';
import type { Standing } from '../routing/who-is.ts';
import type { B2buaParts } from './options.ts';

/** Gives each new call its ids. */
export function newIdsOf({ options, randomHex }: B2buaParts): (standing: Standing) => CallIdentity {
  let callCount = 0;
  return ({ trunk }) => {
    callCount += 1;
    return {
      connId: `${randomHex(16)}@${trunk.tenant}:${options.node}` as ConnId,
      callId: callCount,
      callThreadId: randomHex(16) as CallThreadId,
    };
  };
}
