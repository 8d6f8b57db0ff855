import { z } from 'zod';
import { type EffectTable, notSupported, now } from './effect-entry.ts';
import { notes, requiredText, text } from './field.ts';

/** How many routes one object may have. */
const maxRoutes = 4096;

/** Well within what JavaScript counts exactly, so that two priorities never become one. */
const farthestPriority = 1_000_000_000_000_000;

/** `ingressClassName` of an object with routes. */
export const ingressClassName = text(253)
  .exactOptional()
  .meta(notes('Name of the IngressClass whose controller serves this object.', 'served by every Fairlead'));

/** `entryPoints` of an object with routes. */
export function entryPointNames(description: string, whenAbsent: string) {
  return z.array(requiredText(63)).max(64).exactOptional().meta(notes(description, whenAbsent));
}

/** `routes` of an object, or with `z.unknown()` as they came, to be decoded one by one. */
export function routeList<Route extends z.ZodType>(route: Route, description = 'The routes.') {
  return z.array(route).max(maxRoutes).meta(notes(description));
}

/** The fields that the routes of all kinds with rules share, but for `match`; `whenAbsent` is the priority that holds then. */
export function ruleShape(whenAbsent: string) {
  return {
    priority: z
      .int()
      .min(-farthestPriority)
      .max(farthestPriority)
      .exactOptional()
      .meta(notes('Of several routes whose rules hold, the one with the highest priority wins.', whenAbsent)),
    syntax: z.enum(['v2', 'v3']).exactOptional().meta(notes('Language of the rule. Deprecated.', 'v3')),
  };
}

/** What the fields do by which a route is chosen, and those that name its middlewares. */
export const ruleEffects: EffectTable = Object.freeze({
  'routes[].match': now,
  'routes[].priority': now,
  'routes[].syntax': notSupported('this version reads rules of syntax v3 only', {
    harmless: ['v3'],
    hint: 'Write the rule in syntax v3 and leave "syntax" out.',
  }),
  'routes[].middlewares': now,
  'routes[].middlewares[].name': now,
  'routes[].middlewares[].namespace': now,
});
