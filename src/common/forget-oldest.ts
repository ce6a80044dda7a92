/** Keeps a map at `max` entries at most: what was put in longest ago goes first. */
export function forgetOldest<K>(map: Map<K, unknown>, max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= max) return;
    map.delete(oldest);
  }
}
