import type { Clock } from '../model/clock.ts';
import type { Material, TlsMaterial } from './credentials.ts';
import { keepTlsIdentity, materialMaxAgeMs } from './credentials.ts';

/**
 * Remembers what a source of credentials said for a minute, asks it once at a time, and goes on with what it said last
 * where it cannot be read: a token file that is being replaced must not cut a controller off.
 */
export function cachedMaterial(
  clock: Clock,
  read: (fresh: boolean) => Promise<Material>,
): (fresh: boolean) => Promise<Material> {
  let known: Material | null = null;
  let tls: TlsMaterial | null = null;
  let readAt = 0;
  let reading: Promise<Material> | null = null;

  async function readAnew(fresh: boolean): Promise<Material> {
    try {
      const { authorization, tls: now } = await read(fresh);
      tls = keepTlsIdentity(tls, now);
      known = Object.freeze({ authorization, tls });
    } catch (error) {
      if (known === null) throw error;
    }
    readAt = clock.monotonicMs();
    return known;
  }

  return (fresh) => {
    if (!fresh && known !== null && clock.monotonicMs() - readAt < materialMaxAgeMs) {
      return Promise.resolve(known);
    }
    reading ??= readAnew(fresh).finally(() => {
      reading = null;
    });
    return reading;
  };
}
