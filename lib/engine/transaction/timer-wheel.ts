import { Timer, type TimerService, type TimerTarget } from './clock.ts';

export interface TimerWheelOptions {
  /** Granularity. A timer fires at its time or up to one tick later, never before; default 10. */
  readonly tickMs?: number;
  /** Slots of the wheel, a power of two; default 4096, so that 64*T1 fits into one turn. */
  readonly slots?: number;
  /** True when the wheel alone keeps the process alive while timers run; default false. */
  readonly keepsProcessAlive?: boolean;
  /** A target threw; default: thrown again in a microtask. The wheel goes on in any case. */
  readonly onError?: (error: unknown) => void;
  /** Monotonic milliseconds; default `performance.now`. */
  readonly nowMs?: () => number;
}

const NOBODY: TimerTarget = { onTimer: () => undefined };

/**
 * A hashed timer wheel: slot `dueTick mod slots` holds a ring of the timers due at that tick of any turn.
 *
 * Starting, moving and stopping a timer relinks one node: no allocation, no search. One system timeout runs
 * while any timer does; with none the wheel sleeps.
 */
export class TimerWheel implements TimerService {
  readonly #tickMs: number;
  readonly #mask: number;
  readonly #keepsProcessAlive: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #clock: () => number;
  readonly #originMs: number;
  /** Each slot is the head of a ring. */
  readonly #slots: Timer[];
  /** Ring of those that are due and not yet fired. */
  readonly #due = newRing();
  /** Everything up to this tick has been fired. */
  #tick = 0;
  #runningCount = 0;
  #timeout: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: TimerWheelOptions = {}) {
    const slots = options.slots ?? 4096;
    if (slots < 1 || (slots & (slots - 1)) !== 0) throw new RangeError('slots must be a power of two');
    this.#tickMs = options.tickMs ?? 10;
    this.#mask = slots - 1;
    this.#keepsProcessAlive = options.keepsProcessAlive ?? false;
    this.#onError = options.onError ?? throwLater;
    this.#clock = options.nowMs ?? (() => performance.now());
    this.#originMs = this.#clock();
    this.#slots = Array.from({ length: slots }, newRing);
  }

  get nowMs(): number {
    return this.#clock();
  }

  /** How many timers run. */
  get runningCount(): number {
    return this.#runningCount;
  }

  /** True while nothing runs and no system timeout is set. */
  get asleep(): boolean {
    return this.#timeout === undefined;
  }

  start(timer: Timer, delayMs: number): void {
    if (this.#stopped) return;
    if (timer.running) this.#stopOne(timer);
    const elapsedMs = this.#clock() - this.#originMs;
    // What passed while the wheel slept holds nothing to fire.
    if (this.#runningCount === 0) this.#tick = Math.floor(elapsedMs / this.#tickMs);
    timer.dueTick = Math.max(this.#tick + 1, Math.ceil((elapsedMs + delayMs) / this.#tickMs));
    link(timer, this.#slots[timer.dueTick & this.#mask]);
    this.#runningCount += 1;
    if (this.#timeout === undefined) this.#arm();
  }

  /** Stops one timer; without one, every timer for good: nothing can be started afterwards. */
  stop(timer?: Timer): void {
    if (timer === undefined) this.#stopAll();
    else if (timer.running) this.#stopOne(timer);
  }

  #stopOne(timer: Timer): void {
    unlink(timer);
    timer.dueTick = -1;
    this.#runningCount -= 1;
    if (this.#runningCount === 0) this.#sleep();
  }

  #stopAll(): void {
    this.#stopped = true;
    for (const ring of [this.#due, ...this.#slots]) {
      for (let timer = firstOf(ring); timer !== undefined; timer = firstOf(ring)) this.#stopOne(timer);
    }
    this.#sleep();
  }

  /** Fires everything due by now. Called by the system timeout, and by tests that bring their own `nowMs`. */
  turn(): void {
    const nowTick = Math.floor((this.#clock() - this.#originMs) / this.#tickMs);
    // After a pause of more than a turn (a stopped process) one look into each slot is enough.
    const from = Math.max(this.#tick + 1, nowTick - this.#mask);
    for (let tick = from; tick <= nowTick; tick += 1) this.#collect(this.#slots[tick & this.#mask], nowTick);
    this.#tick = Math.max(this.#tick, nowTick);
    for (let timer = firstOf(this.#due); timer !== undefined; timer = firstOf(this.#due)) this.#fire(timer);
  }

  #collect(slot: Timer | undefined, nowTick: number): void {
    if (slot === undefined) return;
    for (let timer = slot.next; timer !== undefined && timer !== slot; ) {
      const following: Timer | undefined = timer.next;
      if (timer.dueTick <= nowTick) {
        unlink(timer);
        link(timer, this.#due);
      }
      timer = following;
    }
  }

  #fire(timer: Timer): void {
    this.#stopOne(timer);
    try {
      timer.target.onTimer(timer.name);
    } catch (error) {
      this.#onError(error);
    }
  }

  #arm(): void {
    const timeout = setTimeout(() => {
      this.turn();
      if (this.#timeout === timeout) timeout.refresh();
    }, this.#tickMs);
    if (!this.#keepsProcessAlive) timeout.unref();
    this.#timeout = timeout;
  }

  #sleep(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }
}

function newRing(): Timer {
  const head = new Timer(NOBODY, 'ring');
  head.next = head;
  head.previous = head;
  return head;
}

function firstOf(ring: Timer): Timer | undefined {
  return ring.next === ring ? undefined : ring.next;
}

/** Appends, so that a slot fires in the order of starting. */
function link(timer: Timer, ring: Timer | undefined): void {
  const last = ring?.previous;
  if (ring === undefined || last === undefined) return;
  timer.previous = last;
  timer.next = ring;
  last.next = timer;
  ring.previous = timer;
}

function unlink(timer: Timer): void {
  const { next, previous } = timer;
  if (next !== undefined) next.previous = previous;
  if (previous !== undefined) previous.next = next;
  timer.next = undefined;
  timer.previous = undefined;
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
