// What the files of proc(5) say, as text in and numbers out.

/** USER_HZ: fixed at 100 for user space on Linux. */
const ticksPerSecond = 100;

export interface ProcessStat {
  readonly name: string;
  readonly parent: number;
  /** User and system time of the process since its start. */
  readonly cpuSeconds: number;
  /** That of its children which have ended and been waited for. */
  readonly endedChildrenCpuSeconds: number;
}

/** `/proc/PID/stat`: fields 4 (parent), 14 and 15 (own time), 16 and 17 (children's). */
export function parseProcessStat(text: string): ProcessStat {
  // The name in field 2 may hold blanks and parentheses: count from the last closing one.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const seconds = (at: number): number => Number(fields[at - 3]) / ticksPerSecond;
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    parent: Number(fields[1]),
    cpuSeconds: seconds(14) + seconds(15),
    endedChildrenCpuSeconds: seconds(16) + seconds(17),
  };
}

/**
 * `/proc/stat`: seconds that all processors together gave to processes, or lost to other guests of the host (steal). Interrupts are
 * left out: those of loopback are ours and belong to no process.
 */
export function parseMachineSeconds(text: string): number {
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = text
    .slice(0, text.indexOf('\n'))
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + steal) / ticksPerSecond;
}

/** `/proc/net/udp`: datagrams that found the receive buffer full, by local port; ports nobody has are left out. */
export function parseUdpDrops(text: string, ports: readonly number[]): Map<number, number> {
  const drops = new Map<number, number>();
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const port = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
    if (ports.includes(port)) drops.set(port, (drops.get(port) ?? 0) + Number(fields.at(-1)));
  }
  return drops;
}

/** `/proc/PID/smaps_rollup`: memory in RAM, what is shared with n processes counted as an nth. */
export function parseProportionalBytes(text: string): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
