/** Who is called when a timer fires; `name` tells which (A, B, … of RFC 3261 Table 4, or the owner's own word). */
export interface TimerTarget {
  onTimer(name: string): void;
}

/** One timer as a node of the wheel's lists: created once with its owner, started and stopped without allocation. */
export class Timer {
  /** Maintained by the wheel. */
  next: Timer | undefined;
  previous: Timer | undefined;
  dueTick = -1;
  readonly target: TimerTarget;
  readonly name: string;

  constructor(target: TimerTarget, name: string) {
    this.target = target;
    this.name = name;
  }

  get running(): boolean {
    return this.dueTick >= 0;
  }
}

export interface TimerService {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** (Re)starts the timer; a running one is moved. */
  start(timer: Timer, delayMs: number): void;
  stop(timer: Timer): void;
}
