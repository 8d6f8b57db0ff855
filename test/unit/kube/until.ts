import type { FakeClock } from './fake-clock.ts';

const deadlineMs = 20_000;
const pollMs = 2;

/** Waits until a condition holds; fails after twenty seconds with what it waited for. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** The same while a fake clock moves on by so much every two milliseconds. */
export async function untilAdvancing(
  clock: FakeClock,
  what: string,
  condition: () => boolean,
  stepMs = 50,
): Promise<void> {
  await until(what, () => {
    if (condition()) return true;
    clock.advance(stepMs);
    return false;
  });
}
