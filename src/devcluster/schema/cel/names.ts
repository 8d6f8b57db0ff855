import type { Node } from './syntax.ts';

/** True if an expression speaks of a variable of this name anywhere. */
export function usesName(node: Node, name: string): boolean {
  if (node.kind === 'name') return node.name === name;
  return partsOf(node).some((part) => usesName(part, name));
}

function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'select':
    case 'has':
      return [node.target];
    case 'index':
      return [node.target, node.index];
    case 'and':
    case 'or':
      return node.args;
    case 'choice':
      return [node.condition, node.then, node.otherwise];
    case 'list':
      return node.items.map(({ value }) => value);
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'bind':
      return [node.value, node.body];
    case 'comprehension':
      return [node.target, ...node.args];
    case 'call':
      return node.target ? [node.target, ...node.args] : node.args;
  }
}
