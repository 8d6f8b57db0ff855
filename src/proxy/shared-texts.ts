import type { PlanRoute } from '../model/plan.ts';

/** More are forgotten and begun anew: sharing saves memory and must not cost it. */
const mostTexts = 20_000;

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

/**
 * Lets routes that were read from text share what many of them say alike: each text is a string of its own at first, and each
 * list a list of its own, which for 100,000 routes takes more than the rest of them.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  /** Changes the routes in place: nobody else may know them yet. */
  share(routes: readonly PlanRoute[]): void {
    for (const route of routes as readonly Mutable<PlanRoute>[]) {
      const object = route.object as Mutable<PlanRoute['object']>;
      object.apiVersion = this.#text(object.apiVersion);
      object.kind = this.#text(object.kind);
      object.namespace = this.#text(object.namespace);
      route.createdAt = this.#text(route.createdAt);
      route.entryPoints = this.#list(route.entryPoints);
      route.middlewares = this.#list(route.middlewares);
      if (route.action.kind !== 'forward') continue;
      for (const target of route.action.targets as Mutable<(typeof route.action.targets)[number]>[]) {
        target.service = this.#text(target.service);
      }
    }
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= mostTexts) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  #list(list: readonly string[]): readonly string[] {
    const key = list.join('\n');
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    if (this.#lists.size >= mostTexts) this.#lists.clear();
    this.#lists.set(key, list);
    return list;
  }
}
