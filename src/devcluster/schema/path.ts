/** `spec` and `rules` make `spec.rules` (Kubernetes field.Path). */
export function childPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** `spec.rules` and 0 make `spec.rules[0]`. */
export function itemPath(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** `properties` and `spec` make `properties[spec]`, as Kubernetes writes the keys of maps. */
export function keyPath(path: string, key: string): string {
  return `${path}[${key}]`;
}
