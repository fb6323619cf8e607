import type { ErrorEntry } from '../errors.ts';

/** Why a command about an agent is not carried out. */
export const agentErrors = {
  'agent-unknown': {
    meaning: 'No agent of this name has ever logged in.',
    httpStatus: 404,
    exitCode: 66,
    blame: 'caller',
  },
  'agent-logged-in': { meaning: 'The agent is logged in already.', httpStatus: 409, blame: 'caller' },
  'agent-logged-out': { meaning: 'The agent is not logged in.', httpStatus: 409, blame: 'caller' },
  'agent-unchanged': {
    meaning: 'The agent is as the command wants it already: nothing would change.',
    httpStatus: 409,
    blame: 'caller',
  },
  'agent-not-in-queue': {
    meaning: 'The agent is not logged in to this queue.',
    httpStatus: 409,
    blame: 'caller',
  },
  'dn-taken': { meaning: 'Another agent is logged in at this DN.', httpStatus: 409, blame: 'caller' },
  'forward-loop': { meaning: 'A DN cannot be forwarded to itself.', httpStatus: 422, blame: 'caller' },
  'too-many-agents': {
    meaning: 'As many agents are logged in as agents.maxAgents allows.',
    httpStatus: 503,
    blame: 'operator',
  },
} as const satisfies Record<string, ErrorEntry>;
