/** Runs `fire` once after `delayMs`; the result cancels it. */
export type After = (delayMs: number, fire: () => void) => () => void;

/** Real time. Does not keep the process alive. */
export const afterRealTime: After = (delayMs, fire) => {
  const timer = setTimeout(fire, delayMs).unref();
  return () => {
    clearTimeout(timer);
  };
};
