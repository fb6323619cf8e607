/** Why what should survive a restart does not. */
export const stateErrors = {
  'state-in-use': {
    meaning:
      'Another process works in the folder of state.directory: what is registered here does not survive a restart.',
    blame: 'operator',
  },
  'state-unusable': {
    meaning:
      'The folder of state.directory cannot be read or written, or its disk is full: nothing survives a restart.',
    blame: 'operator',
  },
  'state-broken': {
    meaning:
      'Lines of what an earlier process has left in state.directory cannot be read; the file is copied aside.',
    blame: 'operator',
  },
} as const;
