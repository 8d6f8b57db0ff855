import type { Guard } from '../access/guard.ts';
import type { User } from '../access/rbac.ts';
import type { Json, JsonObject } from '../json.ts';
import { plainJson } from './negotiate.ts';
import type { ResourcePath } from './path.ts';
import { parseBody, readBody } from './request.ts';
import { type Exchange, sendObject } from './respond.ts';

/**
 * Answers `kubectl auth can-i` (authorization.k8s.io/v1 SelfSubjectAccessReview). False if the request is about something
 * else.
 */
export async function serveReview(
  exchange: Exchange,
  path: ResourcePath,
  { user, guard }: { user: User; guard: Guard },
): Promise<boolean> {
  const { request } = exchange;
  const isReview = path.group === 'authorization.k8s.io' && path.plural === 'selfsubjectaccessreviews';
  if (!isReview || request.method !== 'POST') return false;
  const { value } = parseBody(await readBody(request), request.headers['content-type']);
  const review = asObject(value);
  const spec = asObject(review.spec);
  const resource = asObject(spec.resourceAttributes);
  const nonResource = asObject(spec.nonResourceAttributes);
  const isResource = spec.resourceAttributes !== undefined;
  const plural = text(resource.resource);
  const subject = {
    verb: text(isResource ? resource.verb : nonResource.verb),
    resource: resource.subresource ? `${plural}/${text(resource.subresource)}` : plural,
    group: text(resource.group),
    namespace: text(resource.namespace),
    name: text(resource.name),
    path: text(nonResource.path),
  };
  const allowed = guard.allows(user, subject, isResource);
  const answer = { ...review, metadata: asObject(review.metadata), status: { allowed } };
  await sendObject(exchange, 201, answer, plainJson);
  return true;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
