/** Why a call is not recorded. */
export const recordingErrors = {
  'recorder-missing': {
    meaning: 'The back end that is to record is not configured.',
    httpStatus: 503,
    blame: 'operator',
  },
  'not-anchored': {
    meaning: "The call's media does not go through rtpengine: media.anchor is none, or rtpengine was away.",
    httpStatus: 409,
    blame: 'operator',
  },
  'recorder-failed': {
    meaning: 'The recorder refused, failed, or recorded nothing.',
    httpStatus: 502,
    blame: 'operator',
  },
  'recorder-timeout': {
    meaning: 'The recorder did not answer within recording.budgetMs.',
    httpStatus: 504,
    blame: 'operator',
  },
  'recorder-cannot': {
    meaning: 'The recorder cannot do this: not every back end can pause.',
    httpStatus: 409,
    blame: 'caller',
  },
  'recording-unknown': {
    meaning: 'No recording of the call goes on that this could be done to.',
    httpStatus: 409,
    blame: 'caller',
  },
  'recording-exists': {
    meaning: 'A recording of this id goes on, of another call.',
    httpStatus: 409,
    blame: 'caller',
  },
  'flow-unknown': {
    meaning: 'No entry of recording.flows is for this access code.',
    httpStatus: 422,
    blame: 'caller',
  },
} as const;
