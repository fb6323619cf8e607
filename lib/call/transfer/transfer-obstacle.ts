import type { ErrorCode } from '../../errors.ts';
import type { Leg } from '../leg.ts';
import type { Turn } from '../turn.ts';

export interface TransferObstacle {
  /** Of the answer to a REFER. */
  readonly status: 481 | 483 | 491 | 500;
  readonly code: ErrorCode;
  readonly text: string;
}

/** Why this party cannot give the other one away now. Whether the target is one is not looked at. */
export function transferObstacle(
  { call, env }: Pick<Turn, 'call' | 'env'>,
  leg: Leg,
): TransferObstacle | undefined {
  const { caller, callee, transfer, departing } = call;
  if (departing.some(({ id }) => id === leg.id))
    return { status: 481, code: 'call-not-up', text: 'the call has gone to somebody else' };
  const isUp = caller.state.is === 'confirmed' && callee?.state.is === 'confirmed';
  // Whoever asked for it may come again, and who waits for it too: RFC 3261 §14.2 has the same for a second INVITE.
  if (transfer !== undefined) {
    const isOwn = transfer.transferor === leg.id;
    return {
      status: isOwn ? 500 : 491,
      code: 'transfer-under-way',
      text: 'a transfer of the call is under way',
    };
  }
  if (call.state !== 'established' || !isUp)
    return { status: 500, code: 'call-not-up', text: 'the call is not up' };
  if (call.transfers >= env.maxTransfers)
    return { status: 483, code: 'too-many-transfers', text: 'the call has been transferred too often' };
  return undefined;
}
