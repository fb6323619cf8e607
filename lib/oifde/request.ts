/** What is posted to `/oifde/rest/crs/process`, checked by hand: what is wrong is answered, not refused. */

/** Codes of `ret`. */
export const rets = {
  ok: '0',
  tokenMissing: '900001',
  tokenWrong: '900002',
  internal: '10000001',
  parameter: '10000002',
  unknown: '10000003',
  exists: '10000004',
} as const;
export type Ret = (typeof rets)[keyof typeof rets];

/** What an IVR asks for: `inaction` 8, 9, 11, 7 and 13. */
export const inactions = {
  initialise: 8,
  result: 9,
  transferred: 11,
  record: 7,
  recognition: 13,
} as const;
export type Inaction = (typeof inactions)[keyof typeof inactions];

export interface ProcessRequest {
  readonly userid: string;
  readonly inaction: Inaction;
  readonly inparams: Members;
}

/** Parameters of `inaction` 7. */
export interface RecordParams {
  readonly callSorId: string | undefined;
  readonly callDstId: string;
  readonly realCallee: string | undefined;
  readonly ctiCallId: string | undefined;
}

export type Members = Readonly<Record<string, unknown>>;

/** What is wrong, for the log. */
export interface Fault {
  readonly fault: string;
}

export function isFault(read: object): read is Fault {
  return 'fault' in read;
}

const maxUserIdChars = 64;
const seats: readonly unknown[] = [undefined, 'vir', 'ass'];

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is common to all. */
export function readProcess(body: unknown): ProcessRequest | Fault {
  if (!isMembers(body)) return { fault: 'the body is no object' };
  const { userid, inaction, seat, inparams, extparams } = body;
  if (typeof userid !== 'string' || userid === '' || userid.length > maxUserIdChars)
    return { fault: `userid is no text of 1 to ${maxUserIdChars} characters` };
  if (!Number.isInteger(inaction)) return { fault: 'inaction is no integer' };
  if (!isMembers(inparams)) return { fault: 'inparams is no object' };
  if (extparams !== undefined && !isMembers(extparams)) return { fault: 'extparams is no object' };
  if (!seats.includes(seat)) return { fault: 'seat is neither vir nor ass' };
  const known = Object.values(inactions).find(each => each === inaction);
  if (known === undefined) return { fault: `inaction ${String(inaction)} is not served` };
  return { userid, inaction: known, inparams };
}

/** Of one member of `inparams`: a text of so many characters. */
interface Limit {
  readonly name: string;
  readonly most: number;
  readonly mandatory?: true;
}

const recordLimits: readonly Limit[] = [
  { name: 'call_id', most: 64 },
  { name: 'call_sor_id', most: 64 },
  { name: 'call_dst_id', most: 20, mandatory: true },
  { name: 'real_callee', most: 32 },
  { name: 'cti_callid', most: 32 },
];

/** Of `inaction` 7. An empty text counts as none. */
export function readRecord({ userid, inparams }: ProcessRequest): RecordParams | Fault {
  for (const { name, most, mandatory } of recordLimits) {
    const value = inparams[name];
    if (value === undefined || value === '') {
      if (mandatory === true) return { fault: `${name} is missing` };
    } else if (typeof value !== 'string') return { fault: `${name} is no text` };
    else if (value.length > most) return { fault: `${name} is longer than ${most} characters` };
  }
  const callId = textOf(inparams, 'call_id');
  if (callId !== undefined && callId !== userid) return { fault: 'call_id is not the userid' };
  return {
    callSorId: textOf(inparams, 'call_sor_id'),
    callDstId: textOf(inparams, 'call_dst_id') ?? '',
    realCallee: textOf(inparams, 'real_callee'),
    ctiCallId: textOf(inparams, 'cti_callid'),
  };
}

/** An empty text counts as none. */
export function textOf(members: Members, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
