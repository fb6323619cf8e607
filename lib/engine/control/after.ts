/** Runs `fire` once after `delayMs`; the result cancels it. */
export type After = (delayMs: number, fire: () => void) => () => void;

/** Real time. Sockets keep the process alive, these timers do not. */
export const afterRealTime: After = (delayMs, fire) => {
  const timer = setTimeout(fire, delayMs).unref();
  return () => {
    clearTimeout(timer);
  };
};
