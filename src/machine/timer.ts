/** Calls back once after `ms` of real time, unless disposed of before. */
export function setTimer(ms: number, callback: () => void): { dispose(): void } {
  const timer = setTimeout(callback, ms);
  return { dispose: () => clearTimeout(timer) };
}
